package consumer_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// TestNewRefuses: what is accepted is honoured; what is not is said with its name
// and range.
func TestNewRefuses(t *testing.T) {
	w := newWorld(t, streamscript.Options{})
	number := func(n int) *int { return &n }
	for _, test := range []struct {
		name   string
		change func(*consumer.Options)
		want   string
	}{
		{"no clients", func(o *consumer.Options) { o.Streams = nil }, "Streams and Tables are required"},
		{"no leases", func(o *consumer.Options) { o.Leases = nil }, "Leases: Tables cannot hold leases"},
		{"half a clock", func(o *consumer.Options) { o.Clock.Now = time.Now }, "Clock: only one of Now and NewTimer"},
		{"no triggers", func(o *consumer.Options) { o.Triggers = nil }, "Triggers: there are none"},
		{"no handler", func(o *consumer.Options) { o.Triggers[0].New = nil }, "New are required"},
		{"its own bookkeeping", func(o *consumer.Options) {
			o.Triggers = append(o.Triggers, o.Triggers[0])
			o.Triggers[1].Mapping.Trigger, o.Triggers[1].Mapping.Table = "archive", "vms_consumer_indicators"
		}, "trigger archive: table vms_consumer_indicators is the lease table of indicators"},
		{"twice", func(o *consumer.Options) { o.Triggers = append(o.Triggers, o.Triggers[0]) }, "ResourceConflictException"},
		{"batch size", func(o *consumer.Options) { o.Triggers[0].Mapping.BatchSize = 10_001 }, "BatchSize 10001: must be 1 to 10000"},
		{"window", func(o *consumer.Options) { o.Triggers[0].Mapping.MaximumBatchingWindow = 301 * time.Second }, "MaximumBatchingWindow 5m1s: must be 0 to 5m0s"},
		{"factor", func(o *consumer.Options) { o.Triggers[0].Mapping.ParallelizationFactor = 11 }, "ParallelizationFactor 11: must be 1 to 10"},
		{"retries", func(o *consumer.Options) { o.Triggers[0].Mapping.MaximumRetryAttempts = -2 }, "MaximumRetryAttempts -2: must be -1 to 10000"},
		{"age", func(o *consumer.Options) { o.Triggers[0].Mapping.MaximumRecordAge = time.Second }, "MaximumRecordAge 1s: must be 0, or 1m0s to 168h0m0s"},
		{"tumbling window", func(o *consumer.Options) { o.Triggers[0].Mapping.TumblingWindow = time.Hour }, "TumblingWindow 1h0m0s: must be 0 to 15m0s"},
		{"timeout", func(o *consumer.Options) { o.Triggers[0].Mapping.Timeout = time.Hour }, "Timeout 1h0m0s: must be over 0 to 15m0s"},
		{"concurrency", func(o *consumer.Options) { o.Triggers[0].Mapping.ReservedConcurrency = number(-1) }, "ReservedConcurrency -1: must be 0 to 1000"},
		{"position", func(o *consumer.Options) { o.Triggers[0].Mapping.StartingPosition = "AT_TIMESTAMP" }, `StartingPosition "AT_TIMESTAMP": must be TRIM_HORIZON or LATEST`},
		{"windows in lanes", func(o *consumer.Options) {
			o.Triggers[0].Mapping.TumblingWindow, o.Triggers[0].Mapping.ParallelizationFactor = time.Minute, 2
		}, "TumblingWindow 1m0s needs a ParallelizationFactor of 1, not 2"},
		{"no destinations", func(o *consumer.Options) {
			o.Triggers[0].Mapping.OnFailure, o.Destination = "integrates_streams_dlq", nil
		}, "OnFailure integrates_streams_dlq: Options.Destination"},
		{"a bad destination", func(o *consumer.Options) {
			o.Triggers[0].Mapping.OnFailure = "integrates_streams_dlq"
			o.Destination = func(mapping.Mapping) (destination.Destination, error) { return nil, errors.New("no such queue") }
		}, "trigger indicators: no such queue"},
		{"no destination", func(o *consumer.Options) {
			o.Triggers[0].Mapping.OnFailure = "integrates_streams_dlq"
			o.Destination = func(mapping.Mapping) (destination.Destination, error) { return nil, nil }
		}, "trigger indicators: OnFailure integrates_streams_dlq: Options.Destination gave neither"},
		{"back-off", func(o *consumer.Options) { o.BackoffFirst = 48 * time.Hour }, "BackoffFirst 48h0m0s: must be 0s to 24h0m0s"},
		{"jitter", func(o *consumer.Options) { o.Jitter = math.NaN() }, "Jitter NaN: must be 0 to 1"},
		{"a stream of another table", func(o *consumer.Options) {
			o.Triggers[0].StreamARN = "arn:aws:dynamodb:ddblocal:000000000000:table/vms_consumer_indicators/stream/1"
		}, "it is a stream of table vms_consumer_indicators, and the mapping is on vms"},
		{"no stream", func(o *consumer.Options) { o.Triggers[0].StreamARN = "vms" }, `StreamARN: rewrite stream arn: "vms"`},
		{"negative times", func(o *consumer.Options) { o.Failover = -1 }, "Failover -1ns: must not be negative"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := w.options()
			test.change(&o)
			if _, err := consumer.New(o); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New: %v\nwant %s", err, test.want)
			}
		})
	}
	if _, err := consumer.New(w.options()); err != nil {
		t.Errorf("New: %v", err)
	}
}

// keyedBy is a table with one key attribute.
type keyedBy struct {
	consumer.TablesAPI
	key string
}

func (k keyedBy) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	out, err := k.TablesAPI.DescribeTable(ctx, in)
	if err == nil {
		out.Table.KeySchema = []tabletypes.KeySchemaElement{{AttributeName: aws.String(k.key), KeyType: tabletypes.KeyTypeHash}}
	}
	return out, err
}

// TestRunRefuses: what only a call can tell is an error before anything begins.
func TestRunRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*world, *consumer.Options)
		want   string
	}{
		{"no table", func(w *world, o *consumer.Options) { w.endpoint.Drop("vms") }, "Stream not found: vms"},
		{"no stream", func(w *world, o *consumer.Options) { w.endpoint.Disable("vms") }, "Stream not found: vms"},
		{"another stream", func(_ *world, o *consumer.Options) { o.Triggers[0].StreamARN = arn }, "Stream not found: " + arn},
		{"leases", func(w *world, o *consumer.Options) { o.Tables = keyedBy{w.endpoint, "leaseKey"} }, "table vms holds leases"},
		{"not allowed", func(w *world, o *consumer.Options) {
			w.endpoint.Fail(streamscript.DescribeStream, 1, errors.New("AccessDeniedException"))
		}, "AccessDeniedException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				o := w.options()
				test.change(w, &o)
				c, err := consumer.New(o)
				if err != nil {
					t.Fatal(err)
				}
				if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("Run: %v", err)
				}
				w.want()
			})
		})
	}
}

// TestRunWaitsForService: an answer that says nothing of the stream is no refusal.
func TestRunWaitsForService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, streamscript.Options{})
		w.endpoint.Fail(streamscript.DescribeStream, 5, streamscript.ServerError())
		w.put(1)
		r := w.start(w.options())
		r.until("the record", func([]consumer.MappingStatus) bool { return len(facts[consumer.Processed](w)) == 1 })
		r.stop()
		if n := len(facts[consumer.StreamMissing](w)); n != 5 {
			t.Errorf("%d times missing", n)
		}
	})
}
