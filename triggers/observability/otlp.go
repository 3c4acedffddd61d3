package observability

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// scope names what made a span or a line of the log.
const scope = "github.com/stillwater-streams/stillwater/triggers"

// otlp is the two providers that send.
type otlp struct {
	traces *sdktrace.TracerProvider
	logs   *sdklog.LoggerProvider
}

func noTracer() trace.Tracer { return noop.NewTracerProvider().Tracer(scope) }

func startOTLP(ctx context.Context, o Options) (*otlp, error) {
	client := &http.Client{Transport: o.transport(), Timeout: o.timeout()}
	base := strings.TrimSuffix(o.OTLP.Endpoint, "/")
	spans, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(base+"/v1/traces"), otlptracehttp.WithHeaders(o.OTLP.Headers),
		otlptracehttp.WithHTTPClient(client), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{}))
	if err != nil {
		return nil, fmt.Errorf("observability: traces: %w", err)
	}
	lines, err := otlploghttp.New(ctx,
		otlploghttp.WithEndpointURL(base+"/v1/logs"), otlploghttp.WithHeaders(o.OTLP.Headers),
		otlploghttp.WithHTTPClient(client), otlploghttp.WithRetry(otlploghttp.RetryConfig{}))
	if err != nil {
		return nil, fmt.Errorf("observability: logs: %w", err)
	}
	about := resource.NewSchemaless(
		attribute.String("service.name", Project),
		attribute.String("service.version", o.Version),
		attribute.String("deployment.environment.name", cmp.Or(o.Stage, "unknown")),
		attribute.String("faas.name", o.Trigger),
		// What Coralogix files everything under.
		attribute.String("cx.application.name", Project),
		attribute.String("cx.subsystem.name", o.Trigger),
	)
	return &otlp{
		traces: sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans), sdktrace.WithResource(about)),
		logs:   sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(lines)), sdklog.WithResource(about)),
	}, nil
}

func (p *otlp) tracer() trace.Tracer { return p.traces.Tracer(scope) }

// logHandler sends the lines of a log from a level on.
func (p *otlp) logHandler(level slog.Level) slog.Handler {
	return leveled{otelslog.NewHandler(scope, otelslog.WithLoggerProvider(p.logs)), level}
}

func (p *otlp) flush(ctx context.Context) error {
	return errors.Join(p.traces.ForceFlush(ctx), p.logs.ForceFlush(ctx))
}

func (p *otlp) close(ctx context.Context) error {
	return errors.Join(p.traces.Shutdown(ctx), p.logs.Shutdown(ctx))
}
