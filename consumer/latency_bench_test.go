package consumer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// The KCL's figures beside ours are our measurement of KCL 3.5 with the DynamoDB
// Streams adapter 2.0.1 on 2 cores against DynamoDB Local, medians.

// BenchmarkFirstRecord measures the time from Run, on an empty database of leases,
// to the handler of a record that was there before. The KCL, tuned, takes 32 s:
// it waits up to 30 s at random, and for the index of its lease table.
func BenchmarkFirstRecord(b *testing.B) {
	e := container(b)
	var took []time.Duration
	for b.Loop() {
		l := newLocal(b, e)
		l.put("first")
		began := time.Now()
		r := l.start(nil)
		took = append(took, l.wait(r, "first", began))
		l.end(r)
		l.db.Close()
	}
	reportDelays(b, took, 32_000)
}

// BenchmarkPutToHandler measures the time from just before a PutItem to its
// record's handler, at moments that the polls know nothing of.
func BenchmarkPutToHandler(b *testing.B) {
	e, chance := container(b), rand.New(rand.NewPCG(1, 2))
	for _, polling := range []struct {
		name string
		poll time.Duration
		kcl  float64 // milliseconds
	}{{"default polling", consumer.DefaultPoll, 1000}, {"fastest polling", time.Millisecond, 72}} {
		b.Run(polling.name, func(b *testing.B) {
			l := newLocal(b, e)
			r := l.start(func(o *consumer.Options) { o.Poll = polling.poll })
			l.put("warm")
			l.wait(r, "warm", time.Now())
			var took []time.Duration
			for n := 0; b.Loop(); n++ {
				pass(time.Duration(chance.Int64N(int64(polling.poll))))
				pk, written := fmt.Sprint("item", n), time.Now()
				l.put(pk)
				took = append(took, l.wait(r, pk, written))
			}
			l.end(r)
			reportDelays(b, took, polling.kcl)
		})
	}
}

// BenchmarkTakeover measures the time from the last that is heard of a worker to
// a record's handler in another. The fail-over time is half a second.
func BenchmarkTakeover(b *testing.B) {
	e, chance := container(b), rand.New(rand.NewPCG(1, 2))
	var took []time.Duration
	for b.Loop() {
		l := newLocal(b, e)
		took = append(took, l.takeover(b, chance))
		l.db.Close()
	}
	b.ReportMetric(500, "failover-ms")
	reportDelays(b, took, 1800)
}

// takeover cuts a worker off from its leases and its stream at one moment: as with
// a process that was killed, nothing more is heard of it.
func (l *local) takeover(b *testing.B, chance *rand.Rand) time.Duration {
	wall := &wall{Store: lease.NewDynamoDB(l.tables, "vms_consumer_indicators")}
	first := l.start(func(o *consumer.Options) { o.Leases, o.Streams = wall.of, deaf{o.Streams, wall} })
	l.put("one")
	l.wait(first, "one", time.Now())
	second := l.start(nil)
	synced := func() bool { return second.Status()[0].Syncs > 0 }
	for changed := second.Changed(); !synced(); changed = second.Changed() {
		<-changed
	}
	pass(time.Duration(chance.Int64N(int64(500 * time.Millisecond)))) // the workers' rounds are not in step
	wall.cut.Store(true)
	began := time.Now()
	l.put("two")
	delay := l.wait(second, "two", began)
	first.cancel()
	<-first.result
	l.end(second)
	return delay
}

// deaf reads nothing once the wall is cut.
type deaf struct {
	consumer.StreamsAPI
	wall *wall
}

func (d deaf) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, o ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	if d.wall.cut.Load() {
		return nil, errCut
	}
	return d.StreamsAPI.GetRecords(ctx, in, o...)
}

// BenchmarkAnswer is the floor of the others: a PutItem and nothing else.
func BenchmarkAnswer(b *testing.B) {
	l := newLocal(b, container(b))
	for n := 0; b.Loop(); n++ {
		if _, err := l.tables.PutItem(b.Context(), &dynamodb.PutItemInput{TableName: aws.String("vms"), Item: tenAttributes(n)}); err != nil {
			b.Fatal(err)
		}
	}
}

func reportDelays(b *testing.B, took []time.Duration, kcl float64) {
	b.Helper()
	slices.Sort(took)
	milliseconds := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(milliseconds(took[len(took)/2]), "median-ms")
	b.ReportMetric(milliseconds(took[len(took)*9/10]), "p90-ms")
	b.ReportMetric(kcl, "kcl-ms")
}
