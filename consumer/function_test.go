package consumer_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer"
)

type (
	request  struct{ N int }
	response struct{ Twice int }
	custom   struct{} // neither context.Context nor like it
	narrower interface{ Err() error }
)

func (custom) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	return append([]byte("raw "), payload...), nil
}

// TestSignatures: what lambda.Start takes is taken and called; anything else is
// an error at once. lambda.NewHandler is asked, too, as the judge of the table.
func TestSignatures(t *testing.T) {
	var none func()
	for _, test := range []struct {
		handler any
		want    string // response; of an illegal one: part of the error
		illegal bool
	}{
		{handler: func() {}, want: "null"},
		{handler: func() error { return nil }, want: "null"},
		{handler: func() (response, error) { return response{1}, nil }, want: `{"Twice":1}`},
		{handler: func(request) {}, want: "null"},
		{handler: func(request) error { return nil }, want: "null"},
		{handler: func(r request) (response, error) { return response{2 * r.N}, nil }, want: `{"Twice":42}`},
		{handler: func(r *request) (*response, error) { return &response{2 * r.N}, nil }, want: `{"Twice":42}`},
		{handler: func(any) {}, want: "null"},
		{handler: func(json.RawMessage) {}, want: "null"},
		{handler: func(context.Context) {}, want: "null"},
		{handler: func(context.Context) error { return nil }, want: "null"},
		{handler: func(context.Context) (string, error) { return "<a>", nil }, want: `"<a>"`},
		{handler: func(context.Context, request) {}, want: "null"},
		{handler: func(context.Context, request) error { return nil }, want: "null"},
		{handler: func(_ context.Context, r request) (int, error) { return r.N, nil }, want: "21"},
		{handler: func() (io.Reader, error) { return strings.NewReader("read"), nil }, want: "read"},
		{handler: custom{}, want: `raw {"N":21}`},
		{handler: lambda.NewHandler(func(r request) (int, error) { return r.N, nil }), want: "21"},

		{handler: nil, illegal: true, want: "handler is nil"},
		{handler: none, illegal: true, want: "handler func() is nil"},
		{handler: 1, illegal: true, want: "handler int is not a function"},
		{handler: struct{}{}, illegal: true, want: "handler struct {} is not a function"},
		{handler: func(narrower) {}, illegal: true, want: "takes the interface consumer_test.narrower, which is neither context.Context nor empty"},
		{handler: func(request, request) {}, illegal: true, want: "takes two arguments, but the first is consumer_test.request and not context.Context"},
		{handler: func(any, request) {}, illegal: true, want: "the first is interface {} and not context.Context"},
		{handler: func(context.Context, request, request) {}, illegal: true, want: "takes 3 arguments"},
		{handler: func(...request) {}, illegal: true, want: "is variadic"},
		{handler: func(context.Context, ...request) {}, illegal: true, want: "is variadic"},
		{handler: func() int { return 1 }, illegal: true, want: "returns int last and not error"},
		{handler: func() (int, int) { return 1, 2 }, illegal: true, want: "returns int last and not error"},
		{handler: func() (int, int, error) { return 1, 2, nil }, illegal: true, want: "returns 3 values"},
	} {
		t.Run(fmt.Sprintf("%T", test.handler), func(t *testing.T) {
			f, err := consumer.NewFunction(test.handler)
			if test.illegal {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("NewFunction: %v, want an error with %q", err, test.want)
				}
				if judge(test.handler) == nil {
					t.Error("lambda.NewHandler can call it")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Invoke(t.Context(), []byte(`{"N":21}`))
			if err != nil || string(got) != test.want {
				t.Errorf("Invoke = %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

// judge tells whether lambda.NewHandler fails to call the handler; that of a
// variadic or nil function panics.
func judge(handler any) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	_, err = lambda.NewHandler(handler).Invoke(context.Background(), []byte(`{}`))
	return err
}

// Handlers that panic, with names that show in a stack.

func panicsWithText() { panic("boom") }

func panicsWithError() { panic(&fail{"conditional check failed"}) }

func panicsDeeper(map[string]int) error {
	explode(nil)
	return nil
}

func explode(m map[string]int) { m["boom"]++ }

// fail is an error of its own type.
type fail struct{ reason string }

func (f *fail) Error() string { return f.reason }

// TestFunctionErrors: every way to fail is a function error.
func TestFunctionErrors(t *testing.T) {
	cause := &fail{"conditional check failed"}
	for _, test := range []struct {
		name    string
		handler any
		payload string
		want    consumer.FunctionError
		cause   error
		stack   []string // function names; lines are left out
	}{
		{
			name:    "an error",
			handler: func() error { return errors.New("boom") },
			want:    consumer.FunctionError{Type: "errorString", Message: "boom"},
		},
		{
			name:    "an error of one's own type",
			handler: func() (int, error) { return 1, cause },
			want:    consumer.FunctionError{Type: "fail", Message: "conditional check failed"},
			cause:   cause,
		},
		{
			name:    "an error that names its type itself",
			handler: func() error { return messages.InvokeResponse_Error{Type: "Retry", Message: "later"} },
			want:    consumer.FunctionError{Type: "Retry", Message: "later"},
		},
		{
			name:    "a payload that does not decode",
			handler: func(request) {},
			payload: `{"N":"x"}`,
			want: consumer.FunctionError{Type: "UnmarshalTypeError",
				Message: "json: cannot unmarshal string into Go struct field request.N of type int"},
		},
		{
			name:    "a response that does not encode",
			handler: func() (any, error) { return make(chan int), nil },
			want:    consumer.FunctionError{Type: "UnsupportedTypeError", Message: "json: unsupported type: chan int"},
		},
		{
			name:    "a panic",
			handler: panicsWithText,
			want:    consumer.FunctionError{Type: "panic", Message: "boom"},
			stack:   []string{"consumer_test.panicsWithText"},
		},
		{
			name:    "a panic with an error",
			handler: panicsWithError,
			want:    consumer.FunctionError{Type: "panic", Message: "conditional check failed"},
			stack:   []string{"consumer_test.panicsWithError"},
		},
		{
			name:    "a panic of the runtime, in a function of the handler's",
			handler: panicsDeeper,
			want:    consumer.FunctionError{Type: "panic", Message: "assignment to entry in nil map"},
			stack:   []string{"consumer_test.explode", "consumer_test.panicsDeeper"},
		},
		{
			name:    "Goexit, as t.FailNow calls it",
			handler: func() { runtime.Goexit() },
			want: consumer.FunctionError{Type: "goexit",
				Message: "handler called runtime.Goexit (a test's FailNow does): return an error instead"},
		},
		{
			name:    "Goexit in a deferred function",
			handler: func() error { defer runtime.Goexit(); return errors.New("lost") },
			want: consumer.FunctionError{Type: "goexit",
				Message: "handler called runtime.Goexit (a test's FailNow does): return an error instead"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := consumer.NewFunction(test.handler)
			if err != nil {
				t.Fatal(err)
			}
			payload := test.payload
			if payload == "" {
				payload = "{}"
			}
			response, err := f.Invoke(t.Context(), []byte(payload))
			var got *consumer.FunctionError
			if !errors.As(err, &got) || response != nil {
				t.Fatalf("Invoke = %s, %v, want a FunctionError", response, err)
			}
			if got.Type != test.want.Type || got.Message != test.want.Message {
				t.Errorf("%s: %q, want %s: %q", got.Type, got.Message, test.want.Type, test.want.Message)
			}
			if cause := errors.Unwrap(err); test.cause != nil && !errors.Is(cause, test.cause) {
				t.Errorf("%v wraps %v", err, cause)
			}
			if diff := cmp.Diff(test.stack, functions(got.Stack)); diff != "" {
				t.Errorf("stack %q (-want +got):\n%s", got.Stack, diff)
			}
		})
	}
}

// functions cuts the frames of a stack to the last part of the function's path,
// and checks that each names a file of this package without its folder.
func functions(stack []string) []string {
	var names []string
	for _, frame := range stack {
		name, file, _ := strings.Cut(frame, " (")
		if !strings.HasPrefix(file, "function_test.go:") {
			name += " in " + file
		}
		names = append(names, name[strings.LastIndex(name, "/")+1:])
	}
	return names
}

// TestPanicWithErrorUnwraps: errors.As reaches the error that a handler panicked with.
func TestPanicWithErrorUnwraps(t *testing.T) {
	f, err := consumer.NewFunction(panicsWithError)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Invoke(t.Context(), nil)
	var cause *fail
	if !errors.As(err, &cause) {
		t.Errorf("%v wraps %v", err, errors.Unwrap(err))
	}
}

func TestInvocationInContext(t *testing.T) {
	var got lambdacontext.LambdaContext
	f, err := consumer.NewFunction(func(ctx context.Context) {
		lc, _ := lambdacontext.FromContext(ctx)
		got = *lc
	})
	if err != nil {
		t.Fatal(err)
	}
	want := consumer.Invocation{RequestID: "i7", FunctionARN: "arn:aws:lambda:us-east-1:000000000000:function:f"}
	if _, err := f.Invoke(consumer.WithInvocation(t.Context(), want), nil); err != nil {
		t.Fatal(err)
	}
	if got.AwsRequestID != want.RequestID || got.InvokedFunctionArn != want.FunctionARN {
		t.Errorf("the handler saw %+v, want %+v", got, want)
	}
}

// TestResponsesStay: a response is not overwritten by the next invocation,
// though aws-lambda-go takes its buffers from a pool.
func TestResponsesStay(t *testing.T) {
	f, err := consumer.NewFunction(func(r request) (response, error) { return response{2 * r.N}, nil })
	if err != nil {
		t.Fatal(err)
	}
	got := make([]string, 16)
	var callers sync.WaitGroup
	for i := range got {
		callers.Go(func() {
			mine, err := f.Invoke(t.Context(), fmt.Appendf(nil, `{"N":%d}`, i))
			if err != nil {
				t.Error(err)
			}
			for range 50 {
				_, _ = f.Invoke(t.Context(), []byte(`{"N":1000000}`))
			}
			got[i] = string(mine)
		})
	}
	callers.Wait()
	for i, response := range got {
		if want := fmt.Sprintf(`{"Twice":%d}`, 2*i); response != want {
			t.Errorf("response %d is now %s, want %s", i, response, want)
		}
	}
}

// TestHandlerOfEvents: the signature that triggers have.
func TestHandlerOfEvents(t *testing.T) {
	var seen events.DynamoDBEvent
	f, err := consumer.NewFunction(func(_ context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		seen = e
		return events.DynamoDBEventResponse{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.Invoke(t.Context(), consumer.Event(nil))
	if err != nil || string(response) != `{"batchItemFailures":null}` || seen.Records == nil {
		t.Errorf("Invoke = %s, %v; the handler saw %+v", response, err, seen)
	}
}
