package consumer_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// BenchmarkMemory passes a million records from DynamoDB Local through the whole
// consumer, as fast as they can be written, and prints the memory of the process
// every 100,000. It takes minutes: make bench-long.
func BenchmarkMemory(b *testing.B) {
	if os.Getenv("STILLWATER_BENCH_LONG") == "" {
		b.Skip("takes minutes: make bench-long")
	}
	const total, step, writers = 1_000_000, 100_000, 4
	l := newLocal(b, container(b))
	steps := make(chan int64, total/step)
	var done atomic.Int64
	c, err := consumer.New(consumer.Options{
		Triggers: []consumer.Trigger{{
			Mapping: mapping.Mapping{Trigger: "indicators", Table: "vms", Enabled: true, BatchSize: 1000},
			New:     func(consumer.Environment) (any, error) { return func(events.DynamoDBEvent) {}, nil },
		}},
		Streams: dynamodbstreams.NewFromConfig(l.db.Config(nil)), Tables: l.tables,
		Observe: func(o consumer.Occurrence) {
			if f, ok := o.Fact.(consumer.Processed); ok {
				n := done.Add(int64(len(f.Records)))
				if before := n - int64(len(f.Records)); n/step > before/step {
					steps <- n
				}
			}
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	poured := make(chan error, writers)
	for w := range writers {
		go func() { poured <- l.pour(b.Context(), w*(total/writers), total/writers) }()
	}
	var heaps []uint64
	for range total / step {
		n := next(b, steps, poured)
		heap := liveHeap()
		heaps = append(heaps, heap)
		fmt.Fprintf(os.Stderr, "%9d records: %6.1f MB live on the heap, %6.1f MB resident\n", n, megabytes(heap), megabytes(resident(b)))
	}
	cancel()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(total/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(megabytes(heaps[0]), "heap-MB-at-100k")
	b.ReportMetric(megabytes(heaps[len(heaps)-1]), "heap-MB-at-1M")
}

// next waits for the next step; a writer that fails would make it wait for ever.
func next(b *testing.B, steps <-chan int64, poured <-chan error) int64 {
	for {
		select {
		case n := <-steps:
			return n
		case err := <-poured:
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// pour writes items from the nth on, count times; they are 10,000, again and again.
func (l *local) pour(ctx context.Context, n, count int) error {
	for first := n; first < n+count; first += 25 {
		var puts []tabletypes.WriteRequest
		for i := first; i < first+25; i++ {
			puts = append(puts, tabletypes.WriteRequest{PutRequest: &tabletypes.PutRequest{Item: map[string]tabletypes.AttributeValue{
				"pk": &tabletypes.AttributeValueMemberS{Value: fmt.Sprint("VULN#", i%10_000)},
				"n":  &tabletypes.AttributeValueMemberN{Value: strconv.Itoa(i)},
			}}})
		}
		if err := l.batch(ctx, puts); err != nil {
			return err
		}
	}
	return nil
}

func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// resident is the memory of this process that is in use, in bytes; 0 where the
// system does not tell.
func resident(b *testing.B) uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kilobytes, err := strconv.ParseUint(strings.Fields(value)[0], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	return 0
}

func megabytes(n uint64) float64 { return float64(n) / (1 << 20) }
