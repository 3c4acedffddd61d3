package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
	"github.com/stillwater-streams/stillwater/consumer/telemetry"
)

func indicators() mapping.Mapping {
	return mapping.Mapping{
		Trigger: "indicators", FunctionPrefix: "streams_", Table: "vms", Enabled: true, EventCount: true,
		Timeout: 3 * time.Second, OnFailure: "dlq",
	}
}

// collect reads the instruments, one line each: name, attributes, sum or count
// and sum.
func collect(t *testing.T, reader *metric.ManualReader) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &all); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch d := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range d.DataPoints {
					lines = append(lines, fmt.Sprintf("%s %s %d", m.Name, p.Attributes.Encoded(encoder{}), p.Value))
				}
			case metricdata.Histogram[float64]:
				for _, p := range d.DataPoints {
					lines = append(lines, fmt.Sprintf("%s %s %d × together %v %s", m.Name, p.Attributes.Encoded(encoder{}), p.Count, p.Sum, m.Unit))
				}
			default:
				t.Errorf("%s is %T", m.Name, d)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// TestMetrics: each fact counts where Lambda's metrics say (M1, M2), and the
// group EventCount only where the mapping asks for it (P13).
func TestMetrics(t *testing.T) {
	reader := metric.NewManualReader()
	plain := indicators()
	plain.Trigger, plain.EventCount = "archive", false
	m, err := telemetry.NewMetrics(metric.NewMeterProvider(metric.WithReader(reader)), []mapping.Mapping{indicators(), plain})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	two := []core.Record{{Sequence: "1", Arrived: at}, {Sequence: "2", Arrived: at.Add(time.Second)}}
	call := consumer.Call{RequestID: "r1", Records: two}
	for _, name := range []string{"indicators", "archive", "unknown"} {
		for _, f := range []consumer.Fact{
			consumer.Polled{Records: 5, Filtered: 3},
			consumer.Polled{},
			consumer.InvocationStarted{Call: call, IteratorAge: 1500 * time.Millisecond},
			consumer.InvocationEnded{Call: call, Took: 20 * time.Millisecond, Failure: "boom"},
			consumer.InvocationStarted{Call: call, IteratorAge: 2500 * time.Millisecond},
			consumer.InvocationEnded{Call: call, Took: 10 * time.Millisecond},
			consumer.InvocationStarted{}, // the end of a window has no records
			consumer.InvocationThrottled{Records: two},
			consumer.ItemsFailed{RequestID: "r2", Records: two[1:]},
			consumer.Processed{RequestID: "r2", Records: two[:1], Ended: at.Add(3 * time.Second)},
			consumer.DeliveryFailed{Lost: core.Lost{Records: two}},
			consumer.Delivered{Lost: core.Lost{Records: two[1:]}},
			consumer.Dropped{Lost: core.Lost{Records: two}},
			consumer.Late{},
		} {
			m.Observe(consumer.Occurrence{Time: at, Place: consumer.Place{Mapping: name}, Fact: f})
		}
	}
	function := func(attributes string) []string {
		return []string{
			"ConcurrentExecutions " + attributes + " 1",
			"DestinationDeliveryFailures " + attributes + " 1",
			"Duration " + attributes + " 2 × together 30 ms",
			"Errors " + attributes + " 1",
			"Invocations " + attributes + " 3",
			"IteratorAge " + attributes + " 2 × together 4000 ms",
			"ProcessingDelay " + attributes + " 1 × together 3000 ms",
			"Throttles " + attributes + " 1",
		}
	}
	const counted = "EventSourceMapping=indicators FunctionName=streams_indicators"
	want := slices.Concat(function(counted), function("EventSourceMapping=archive FunctionName=streams_archive"),
		function("EventSourceMapping=unknown"), []string{
			"DroppedEventCount " + counted + " 2",
			"FailedInvokeEventCount " + counted + " 3",
			"FilteredOutEventCount " + counted + " 3",
			"InvokedEventCount " + counted + " 4",
			"OnFailureDestinationDeliveredEventCount " + counted + " 1",
			"PolledEventCount " + counted + " 5",
		})
	slices.Sort(want)
	if diff := cmp.Diff(want, collect(t, reader)); diff != "" {
		t.Errorf("instruments (-want +got):\n%s", diff)
	}
}

// TestAccount: once a mapping is drained, every record that it polled is exactly
// one of filtered out, processed and delivered (M3); what was invoked more often
// was redelivered.
func TestAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader := metric.NewManualReader()
		m := indicators()
		m.BatchSize, m.MaximumRetryAttempts = 2, 1
		var err error
		if m.Filters, err = filter.Parse([]string{`{"dynamodb":{"Keys":{"pk":{"S":[{"anything-but":"filtered"}]}}}}`}); err != nil {
			t.Fatal(err)
		}
		metrics, err := telemetry.NewMetrics(metric.NewMeterProvider(metric.WithReader(reader)), []mapping.Mapping{m})
		if err != nil {
			t.Fatal(err)
		}
		endpoint := streamscript.New(streamscript.Options{Now: time.Now})
		endpoint.Enable("vms", types.StreamViewTypeKeysOnly)
		for _, pk := range []string{"a", "filtered", "b", "bad", "c", "filtered", "d"} {
			endpoint.Put("vms", types.Record{Dynamodb: &types.StreamRecord{Keys: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}}}})
		}
		run(t, endpoint, m, metrics.Observe, func(e events.DynamoDBEvent) error {
			for _, r := range e.Records {
				if r.Change.Keys["pk"].String() == "bad" {
					return errors.New("bad")
				}
			}
			return nil
		})
		const with = "EventSourceMapping=indicators FunctionName=streams_indicators"
		want := []string{
			"ConcurrentExecutions " + with + " 0",
			"Duration " + with + " 4 × together 0 ms",
			"Errors " + with + " 2",
			"FailedInvokeEventCount " + with + " 4",
			"FilteredOutEventCount " + with + " 2",
			"Invocations " + with + " 4",
			"InvokedEventCount " + with + " 7",
			"IteratorAge " + with + " 4 × together 2000 ms", // two of them a back-off late
			"OnFailureDestinationDeliveredEventCount " + with + " 2",
			"PolledEventCount " + with + " 7",
			"ProcessingDelay " + with + " 3 × together 1000 ms",
		}
		if diff := cmp.Diff(want, collect(t, reader)); diff != "" {
			t.Errorf("instruments (-want +got):\n%s", diff)
		}
	})
}

// run lets a consumer deal with everything that the table holds.
func run(t *testing.T, endpoint *streamscript.Endpoint, m mapping.Mapping, observe func(consumer.Occurrence), handler any) {
	t.Helper()
	store := lease.NewMemory()
	c, err := consumer.New(consumer.Options{
		Triggers: []consumer.Trigger{{Mapping: m, New: func(consumer.Environment) (any, error) { return handler, nil }}},
		Streams:  endpoint, Tables: endpoint,
		Leases:      func(mapping.Mapping) lease.Store { return store },
		Destination: func(mapping.Mapping) (destination.Destination, error) { return &destination.Memory{}, nil },
		Observe:     observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	for {
		changed := c.Changed()
		if s := c.Status(); len(s[0].Shards) > 0 && s[0].Shards[0].Empty > 1 && len(s[0].Shards[0].Open) == 0 {
			break
		}
		<-changed
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
