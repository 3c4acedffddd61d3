package observability

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// TraceCalls makes every call of an AWS client a span below its invocation's:
//
//	config.APIOptions = append(config.APIOptions, telemetry.TraceCalls)
func (t *Telemetry) TraceCalls(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("StillwaterTrace", t.traceCall), middleware.After)
}

func (t *Telemetry) traceCall(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
	ctx, span := t.tracer.Start(ctx, service+"."+operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("rpc.system.name", "aws-api"), attribute.String("rpc.service", service), attribute.String("rpc.method", operation)))
	defer span.End()
	out, metadata, err := next.HandleInitialize(ctx, in)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	return out, metadata, err
}
