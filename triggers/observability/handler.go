package observability

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// nearTimeout is how long before the end of its time an invocation is reported:
// afterwards it cannot tell any more. It leaves time for the delivery.
const nearTimeout = time.Second

// ErrNearTimeout is what is reported of an invocation whose time is nearly over. It
// may still end well.
var ErrNearTimeout = errors.New("the time of the invocation is nearly over: give the function more of it, or smaller batches")

// Handler puts telemetry around a handler. Each invocation is a span; its error, its
// panic and its time being nearly over are reported; before it returns everything
// is delivered. Neither the response nor the error nor the panic is changed.
func (t *Telemetry) Handler(next lambda.Handler) lambda.Handler { return observed{t, next} }

type observed struct {
	*Telemetry
	next lambda.Handler
}

func (o observed) Invoke(ctx context.Context, payload []byte) (response []byte, err error) {
	defer o.Flush(ctx)
	ctx, span := o.tracer.Start(ctx, "invoke "+o.trigger, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		span.SetAttributes(attribute.String("faas.invocation_id", invocation.AwsRequestID))
	}
	defer o.watch(ctx)()
	defer func() {
		if value := recover(); value != nil {
			span.SetStatus(codes.Error, "panic")
			o.report(ctx, failure{class: "Panic", err: fmt.Errorf("panic: %v", value), unhandled: true, panicked: value})
			panic(value)
		}
	}()
	if response, err = o.next.Invoke(ctx, payload); err != nil {
		span.SetStatus(codes.Error, err.Error())
		o.report(ctx, failure{class: "InvocationFailed", err: err, unhandled: true})
	}
	return response, err
}

// watch reports an invocation whose time is nearly over. The function it returns
// ends the watch, and waits for a report that has begun.
func (t *Telemetry) watch(ctx context.Context) (stop func()) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return func() {}
	}
	near, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline.Add(-nearTimeout))
	done := make(chan struct{})
	forget := context.AfterFunc(near, func() {
		defer close(done)
		t.report(ctx, failure{class: "NearTimeout", err: fmt.Errorf("%w (%s of it left)", ErrNearTimeout, nearTimeout)})
		t.Flush(ctx)
	})
	return func() {
		if !forget() {
			<-done
		}
		cancel()
	}
}
