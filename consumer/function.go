package consumer

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime/pprof"
	"slices"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Invocation is what a handler finds in lambdacontext.FromContext.
type Invocation struct {
	// RequestID becomes AwsRequestID.
	RequestID string
	// FunctionARN becomes InvokedFunctionArn.
	FunctionARN string
}

// WithInvocation returns a context that tells a handler which invocation it
// serves, as Lambda's does. The deadline is the caller's to set.
func WithInvocation(ctx context.Context, i Invocation) context.Context {
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{
		AwsRequestID:       i.RequestID,
		InvokedFunctionArn: i.FunctionARN,
	})
}

// FunctionError is what Lambda calls a function error: the handler ran and
// failed. It counts as an attempt.
type FunctionError struct {
	// Type is the name of the Go type of the returned error, as Lambda gives it
	// ("errorString"); "panic" for a panic, "goexit" for runtime.Goexit.
	Type string
	// Message is the text of the error or of the value of the panic.
	Message string
	// Stack names the frames of a panic in the handler's own code, innermost
	// first: "example.com/shop.Handle (shop.go:12)".
	Stack []string

	cause error
}

func (e *FunctionError) Error() string {
	return e.Type + ": " + e.Message
}

// Unwrap gives the error that the handler returned or panicked with; nil if
// there was none.
func (e *FunctionError) Unwrap() error { return e.cause }

// EndsEnvironment says that the failure ends the execution environment, as a
// timeout does: the handler did not return, but panicked or left its goroutine.
// After any other failure the environment serves again.
func (e *FunctionError) EndsEnvironment() bool {
	return e.Type == "panic" || e.Type == "goexit" || len(e.Stack) > 0
}

// Function calls one handler, in process. The zero value is of no use.
type Function struct {
	handler any
}

// NewFunction takes a handler of any signature that lambda.Start takes, or a
// lambda.Handler. Another one is an error that says which rule it breaks.
func NewFunction(handler any) (*Function, error) {
	if err := checkSignature(handler); err != nil {
		return nil, fmt.Errorf("new function: handler %w: it must be func([context.Context][, TIn]) ([TOut,] [error]), see lambda.Start", err)
	}
	return &Function{handler: handler}, nil
}

// Invoke calls the handler with the payload and returns its response as JSON.
// Every failure of the handler is a *FunctionError: an error it returned, a
// payload it cannot decode, a panic, runtime.Goexit (as t.FailNow calls it).
// Invoke returns when the handler does, however late: a caller that enforces a
// timeout stops waiting, and knows that the handler still runs.
//
// Concurrent calls are fine as far as the handler itself allows them.
func (f *Function) Invoke(ctx context.Context, payload []byte) (response []byte, err error) {
	// A goroutine of its own, since runtime.Goexit ends the one it is called in.
	finished := make(chan struct{})
	go func() {
		defer func() {
			// It may be seen for a moment after Invoke has returned: whoever looks by
			// labels for goroutines that the handler left must not take it for one.
			pprof.SetGoroutineLabels(context.Background())
			close(finished)
		}()
		returned := false
		defer func() {
			if !returned {
				err = abnormal(recover())
			}
		}()
		response, err = f.call(ctx, payload)
		returned = true
	}()
	<-finished
	return response, err
}

// call makes a lambda.Handler per invocation: one of aws-lambda-go v1.55 puts
// the buffer of a response back into its pool before the response is used, so
// that the next invocation would overwrite it.
func (f *Function) call(ctx context.Context, payload []byte) ([]byte, error) {
	response, err := lambda.NewHandler(withEvent(f.handler, payload)).Invoke(ctx, payload)
	if err != nil {
		return nil, failed(err)
	}
	return slices.Clone(response), nil
}

// failed makes a function error of an error, as aws-lambda-go reports it. One that
// is one already, of a Function inside a handler, stays as it is.
func failed(err error) *FunctionError {
	if already := (*FunctionError)(nil); errors.As(err, &already) {
		return already
	}
	if reported, ok := err.(messages.InvokeResponse_Error); ok {
		return &FunctionError{Type: reported.Type, Message: reported.Message, cause: err}
	}
	t := reflect.TypeOf(err)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return &FunctionError{Type: t.Name(), Message: err.Error(), cause: err}
}

// abnormal makes a function error of a handler that did not return: value is
// what it panicked with, nil if it did not panic.
func abnormal(value any) *FunctionError {
	if value == nil {
		return &FunctionError{
			Type:    "goexit",
			Message: "handler called runtime.Goexit (a test's FailNow does): return an error instead",
		}
	}
	e := &FunctionError{Type: "panic", Message: fmt.Sprint(value), Stack: handlerFrames()}
	e.cause, _ = value.(error)
	return e
}
