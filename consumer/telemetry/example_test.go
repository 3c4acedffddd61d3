package telemetry_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"

	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/consumer/telemetry"
)

// Metrics and logs of one consumer, both made of what it tells.
func ExampleNewMetrics() {
	mappings := []mapping.Mapping{{Trigger: "indicators", FunctionPrefix: "streams_"}}
	reader := metric.NewManualReader() // in production an exporter's
	metrics, err := telemetry.NewMetrics(metric.NewMeterProvider(metric.WithReader(reader)), mappings)
	if err != nil {
		log.Fatal(err)
	}
	lines := telemetry.NewLog(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	options := consumer.Options{Observe: consumer.Observers(metrics.Observe, lines.Observe)}

	// What a consumer with these options tells:
	options.Observe(consumer.Occurrence{
		Place: consumer.Place{Mapping: "indicators"},
		Fact:  consumer.InvocationThrottled{Reason: "reserved concurrency of 1 is used up"},
	})
	_ = reader.Shutdown(context.Background())
	fmt.Println(telemetry.Scope)
	// Output:
	// level=WARN msg="invocation throttled" mapping=indicators records=0 reason="reserved concurrency of 1 is used up"
	// github.com/stillwater-streams/stillwater/consumer
}
