package telemetry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// Scope is the name of the meter.
const Scope = "github.com/stillwater-streams/stillwater/consumer"

// Metrics counts and measures what consumers tell. It is safe for concurrent use.
type Metrics struct {
	mappings map[string]labels

	invocations, errors, throttles, deliveryFailures metric.Int64Counter
	concurrent                                       metric.Int64UpDownCounter
	duration, iteratorAge, processingDelay           metric.Float64Histogram

	polled, filteredOut, invoked, failedInvoke, dropped, delivered metric.Int64Counter
}

// labels are what the measurements of one mapping carry.
type labels struct {
	attributes metric.MeasurementOption
	eventCount bool // the mapping asked for that group (P13)
}

// NewMetrics makes the instruments with a meter of the provider. The mappings
// are those of the consumer; occurrences of others are counted without a
// FunctionName.
func NewMetrics(provider metric.MeterProvider, mappings []mapping.Mapping) (*Metrics, error) {
	m := &Metrics{mappings: map[string]labels{}}
	for _, t := range mappings {
		m.mappings[t.Trigger] = labels{eventCount: t.EventCount, attributes: metric.WithAttributeSet(attribute.NewSet(
			attribute.String("FunctionName", t.FunctionName()), attribute.String("EventSourceMapping", t.Trigger),
		))}
	}
	if err := m.make(provider.Meter(Scope)); err != nil {
		return nil, fmt.Errorf("new metrics: %w", err)
	}
	return m, nil
}

// make makes the instruments.
func (m *Metrics) make(meter metric.Meter) error {
	var failed []error
	counter := func(name, unit, what string) metric.Int64Counter {
		c, err := meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(what))
		failed = append(failed, err)
		return c
	}
	milliseconds := func(name, what string, bounds ...float64) metric.Float64Histogram {
		h, err := meter.Float64Histogram(name, metric.WithUnit("ms"), metric.WithDescription(what), metric.WithExplicitBucketBoundaries(bounds...))
		failed = append(failed, err)
		return h
	}
	m.invocations = counter("Invocations", "{invocation}", "Calls of the function")
	m.errors = counter("Errors", "{invocation}", "Calls that ended with a function error")
	m.throttles = counter("Throttles", "{invocation}", "Calls not made for want of concurrency")
	m.deliveryFailures = counter("DestinationDeliveryFailures", "{message}", "Messages that the on-failure destination did not take")
	m.duration = milliseconds("Duration", "Time that the function took", 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 9e5)
	ages := []float64{10, 50, 100, 250, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 9e5, 36e5, 216e5, 864e5}
	m.iteratorAge = milliseconds("IteratorAge", "Age of the last record of an event at its hand-over", ages...)
	m.processingDelay = milliseconds("ProcessingDelay", "Age of each record when it was processed", ages...)
	m.polled = counter("PolledEventCount", "{record}", "Records read")
	m.filteredOut = counter("FilteredOutEventCount", "{record}", "Records turned away by the filters")
	m.invoked = counter("InvokedEventCount", "{record}", "Records handed to the function")
	m.failedInvoke = counter("FailedInvokeEventCount", "{record}", "Records handed over that failed")
	m.dropped = counter("DroppedEventCount", "{record}", "Records given up without a destination")
	m.delivered = counter("OnFailureDestinationDeliveredEventCount", "{record}", "Records given up to the destination")
	var err error
	m.concurrent, err = meter.Int64UpDownCounter("ConcurrentExecutions", metric.WithUnit("{invocation}"),
		metric.WithDescription("Calls that run now"))
	return errors.Join(append(failed, err)...)
}

// labelsOf are those of the mapping that an occurrence is about.
func (m *Metrics) labelsOf(mapping string) labels {
	if l, ok := m.mappings[mapping]; ok {
		return l
	}
	return labels{attributes: metric.WithAttributeSet(attribute.NewSet(attribute.String("EventSourceMapping", mapping)))}
}

// Observe takes one occurrence.
func (m *Metrics) Observe(o consumer.Occurrence) {
	l := m.labelsOf(o.Mapping)
	m.observeFunction(o, l.attributes)
	if l.eventCount {
		m.observeEvents(o, l.attributes)
	}
}

// observeFunction measures the function and its invocations.
func (m *Metrics) observeFunction(o consumer.Occurrence, with metric.MeasurementOption) {
	ctx := context.Background()
	switch f := o.Fact.(type) {
	case consumer.InvocationStarted:
		m.invocations.Add(ctx, 1, with)
		m.concurrent.Add(ctx, 1, with)
		if n := len(f.Records); n > 0 && !f.Records[n-1].Arrived.IsZero() {
			m.iteratorAge.Record(ctx, milliseconds(f.IteratorAge), with)
		}
	case consumer.InvocationEnded:
		m.concurrent.Add(ctx, -1, with)
		m.duration.Record(ctx, milliseconds(f.Took), with)
		if f.Failure != "" {
			m.errors.Add(ctx, 1, with)
		}
	case consumer.InvocationThrottled:
		m.throttles.Add(ctx, 1, with)
	case consumer.DeliveryFailed:
		m.deliveryFailures.Add(ctx, 1, with)
	case consumer.Processed:
		for _, r := range f.Records {
			if !r.Arrived.IsZero() {
				m.processingDelay.Record(ctx, milliseconds(max(0, f.Ended.Sub(r.Arrived))), with)
			}
		}
	}
}

// observeEvents counts records (M2).
func (m *Metrics) observeEvents(o consumer.Occurrence, with metric.MeasurementOption) {
	ctx := context.Background()
	switch f := o.Fact.(type) {
	case consumer.Polled:
		m.polled.Add(ctx, int64(f.Records), with)
		m.filteredOut.Add(ctx, int64(f.Filtered), with)
	case consumer.InvocationStarted:
		m.invoked.Add(ctx, int64(len(f.Records)), with)
	case consumer.InvocationEnded:
		if f.Failure != "" {
			m.failedInvoke.Add(ctx, int64(len(f.Records)), with)
		}
	case consumer.ItemsFailed:
		m.failedInvoke.Add(ctx, int64(len(f.Records)), with)
	case consumer.Dropped:
		m.dropped.Add(ctx, int64(len(f.Lost.Records)), with)
	case consumer.Delivered:
		m.delivered.Add(ctx, int64(len(f.Lost.Records)), with)
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
