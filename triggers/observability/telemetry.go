package observability

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Reporter tells people of an error. It never fails and is never long: what a
// handler does next does not depend on it.
type Reporter interface {
	Report(ctx context.Context, err error)
}

var _ Reporter = (*Telemetry)(nil)

// Telemetry is everything that a function tells. Several goroutines may use it.
type Telemetry struct {
	// Log is the log of the function. A line that is logged with the context of an
	// invocation says which.
	Log *slog.Logger

	trigger string
	timeout time.Duration // of a delivery
	own     *slog.Logger  // for failures of the telemetry itself: the log group only
	errors  deliverer
	otlp    *otlp // nil = not configured
	tracer  trace.Tracer
}

// deliverer takes errors to where people see them.
type deliverer interface {
	deliver(ctx context.Context, f failure) error
}

// nowhere is the deliverer of a function that has none.
type nowhere struct{}

func (nowhere) deliver(context.Context, failure) error { return nil }

// Start makes the telemetry of one function; Close ends it. An error is a setting
// that cannot work: the rest of the telemetry is returned beside it, so that the
// failure to start can be reported.
func Start(ctx context.Context, o Options) (*Telemetry, error) {
	t := &Telemetry{trigger: o.Trigger, timeout: o.timeout(), errors: nowhere{}, own: slog.New(slog.DiscardHandler), tracer: noTracer()}
	if o.Log != nil {
		t.own = slog.New(slog.NewJSONHandler(o.Log, &slog.HandlerOptions{Level: o.Level})).With("trigger", o.Trigger)
	}
	t.Log = slog.New(invocationHandler{t.own.Handler()})
	if err := o.check(); err != nil {
		return t, err
	}
	if o.Bugsnag.APIKey != "" {
		t.errors = newBugsnag(o, t.own)
	}
	if o.OTLP.Endpoint == "" {
		return t, nil
	}
	var err error
	if t.otlp, err = startOTLP(ctx, o); err != nil {
		return t, err
	}
	t.tracer = t.otlp.tracer()
	t.Log = slog.New(invocationHandler{slog.NewMultiHandler(t.own.Handler(), t.otlp.logHandler(o.Level))})
	return t, nil
}

// Report logs an error and delivers it, as one that was handled: some records of a
// batch failed, for example.
func (t *Telemetry) Report(ctx context.Context, err error) {
	t.report(ctx, failure{class: "Reported", err: err})
}

// StartFailed reports that the function cannot serve: nothing else will, since
// Lambda starts it again and again.
func (t *Telemetry) StartFailed(ctx context.Context, err error) {
	t.report(ctx, failure{class: "StartFailed", err: err, unhandled: true})
	t.Flush(ctx)
}

// failure is what is reported.
type failure struct {
	class     string // what kind of failure it is: reports are grouped by it
	err       error
	unhandled bool // it ended the invocation
	panicked  any  // what was panicked with
}

func (t *Telemetry) report(ctx context.Context, f failure) {
	if f.err == nil {
		return
	}
	t.Log.LogAttrs(ctx, slog.LevelError, f.err.Error(), slog.String("class", f.class))
	trace.SpanFromContext(ctx).RecordError(f.err)
	// What ended the context, a timeout perhaps, is what has to be told.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.timeout)
	defer cancel()
	if err := t.errors.deliver(ctx, f); err != nil {
		t.own.LogAttrs(ctx, slog.LevelError, "error not reported", slog.Any("error", err))
	}
}

// Flush delivers what was gathered. Between two invocations a function is frozen:
// nothing may be left to send.
func (t *Telemetry) Flush(ctx context.Context) {
	t.otlpDo(ctx, "traces and logs not delivered", (*otlp).flush)
}

// Close flushes and ends what Start began.
func (t *Telemetry) Close(ctx context.Context) {
	t.otlpDo(ctx, "telemetry not ended", (*otlp).close)
}

func (t *Telemetry) otlpDo(ctx context.Context, otherwise string, do func(*otlp, context.Context) error) {
	if t.otlp == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.timeout)
	defer cancel()
	if err := do(t.otlp, ctx); err != nil {
		t.own.LogAttrs(ctx, slog.LevelError, otherwise, slog.Any("error", err))
	}
}
