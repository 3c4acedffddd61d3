package observability_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/triggers/observability"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o observability.Options) *observability.Telemetry {
	t.Helper()
	telemetry, err := observability.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { telemetry.Close(context.Background()) })
	return telemetry
}

// invocation is the context that Lambda's runtime gives to a handler.
func invocation() context.Context {
	return lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "req-1"})
}

func TestNothingIsSentUnlessConfigured(t *testing.T) {
	r := newReceiver(t)
	var log bytes.Buffer
	telemetry := start(t, observability.Options{Trigger: "indicators", Log: &log, Transport: r.Client().Transport})
	handler := telemetry.Handler(lambda.NewHandler(func(context.Context) error { return errors.New("broken") }))
	if _, err := handler.Invoke(invocation(), []byte("{}")); err == nil {
		t.Error("the error of the handler was swallowed")
	}
	telemetry.StartFailed(context.Background(), errors.New("no table"))
	if _, _, _, requests := r.seen(); len(requests) != 0 {
		t.Errorf("requests %q, want none", requests)
	}
	for _, want := range []string{`"trigger":"indicators"`, `"msg":"broken","trigger":"indicators","class":"InvocationFailed"`, `"request_id":"req-1"`, `"msg":"no table","trigger":"indicators","class":"StartFailed"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log %s, want %s", log.String(), want)
		}
	}
	start(t, observability.Options{}).Report(context.Background(), errors.New("nobody listens"))
}

func TestAnErrorReachesBugsnag(t *testing.T) {
	r := newReceiver(t)
	telemetry := start(t, r.options())
	telemetry.Report(invocation(), fmt.Errorf("record 7: %w", errors.New("throttled")))
	events, _, _, _ := r.seen()
	if len(events) != 1 {
		t.Fatalf("%d events, want 1", len(events))
	}
	e := events[0]
	got := []string{e.App.Type, e.App.Version, e.App.ReleaseStage, e.Context, e.Severity, e.Exceptions[0].ErrorClass, e.Exceptions[0].Message,
		fmt.Sprint(e.Unhandled), fmt.Sprint(e.MetaData["trigger"]["request_id"])}
	want := []string{"integrates-streams", "7", "test", "indicators", "error", "Reported", "record 7: throttled", "false", "req-1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestInvocationsThatFailAreReported(t *testing.T) {
	for name, test := range map[string]struct {
		handler         func(context.Context) (string, error)
		class, message  string
		wantErr, panics bool
	}{
		"error":   {func(context.Context) (string, error) { return "", errors.New("broken") }, "InvocationFailed", "broken", true, false},
		"panic":   {func(context.Context) (string, error) { return outOfRange(nil), nil }, "Panic", "index out of range", false, true},
		"success": {func(context.Context) (string, error) { return "done", nil }, "", "", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			handler := start(t, r.options()).Handler(lambda.NewHandler(test.handler))
			response, value, err := invoke(handler, invocation())
			if (err != nil) != test.wantErr || (value != nil) != test.panics {
				t.Errorf("response %s, error %v, panic %v", response, err, value)
			}
			events, spans, lines, _ := r.seen()
			if len(spans) != 1 || !strings.HasPrefix(spans[0], "invoke indicators faas.invocation_id=req-1") {
				t.Errorf("spans %q, want the invocation, delivered before it returns", spans)
			}
			if test.class == "" {
				if len(events)+len(lines) != 0 || string(response) != `"done"` {
					t.Errorf("events %v, lines %q, response %s", events, lines, response)
				}
				return
			}
			if len(events) != 1 || events[0].Exceptions[0].ErrorClass != test.class || !strings.Contains(events[0].Exceptions[0].Message, test.message) || !events[0].Unhandled {
				t.Errorf("events %+v", events)
			}
			if len(lines) != 1 || !strings.HasPrefix(lines[0], "ERROR") || !strings.Contains(lines[0], "request_id=req-1") {
				t.Errorf("lines %q", lines)
			}
			if test.panics && !strings.Contains(fmt.Sprint(events[0].Exceptions[0].Stacktrace), "outOfRange") {
				t.Errorf("the stack lacks the function that panicked: %v", events[0].Exceptions[0].Stacktrace)
			}
		})
	}
}

//go:noinline
func outOfRange(list []string) string { return list[len(list)] }

func invoke(handler lambda.Handler, ctx context.Context) (response []byte, value any, err error) {
	defer func() { value = recover() }()
	response, err = handler.Invoke(ctx, []byte("{}"))
	return response, nil, err
}

// The report arrives while the handler is still at work: afterwards is too late.
func TestATimeNearlyOverIsReported(t *testing.T) {
	r := newReceiver(t)
	ctx, cancel := context.WithTimeout(invocation(), 1100*time.Millisecond)
	defer cancel()
	arrived := false
	handler := start(t, r.options()).Handler(lambda.NewHandler(func(ctx context.Context) error {
		for ctx.Err() == nil && !arrived {
			events, _, lines, _ := r.seen()
			arrived = len(events) == 1 && events[0].Exceptions[0].ErrorClass == "NearTimeout" && len(lines) == 1
		}
		return nil
	}))
	if _, err := handler.Invoke(ctx, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if !arrived {
		t.Error("no report before the time was over")
	}
}

func TestAnInvocationInTimeIsNotNearItsEnd(t *testing.T) {
	r := newReceiver(t)
	ctx, cancel := context.WithTimeout(invocation(), time.Minute)
	defer cancel()
	handler := start(t, r.options()).Handler(lambda.NewHandler(func() {}))
	if _, err := handler.Invoke(ctx, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if events, _, _, _ := r.seen(); len(events) != 0 {
		t.Errorf("events %+v", events)
	}
}

func TestAFailureAtStartIsReported(t *testing.T) {
	r := newReceiver(t)
	start(t, r.options()).StartFailed(context.Background(), errors.New("TABLE is not set"))
	events, _, lines, _ := r.seen()
	if len(events) != 1 || events[0].Exceptions[0].ErrorClass != "StartFailed" || len(lines) != 1 {
		t.Errorf("events %+v, lines %q", events, lines)
	}
}

func TestTracesAndLogsReachTheCollector(t *testing.T) {
	r := newReceiver(t)
	telemetry := start(t, r.options())
	config := aws.Config{Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), BaseEndpoint: aws.String(r.URL + "/dynamodb"),
		HTTPClient: r.Client(), RetryMaxAttempts: 1}
	config.APIOptions = append(config.APIOptions, telemetry.TraceCalls)
	handler := telemetry.Handler(lambda.NewHandler(func(ctx context.Context) error {
		telemetry.Log.InfoContext(ctx, "finding computed", "finding", "f1")
		telemetry.Log.DebugContext(ctx, "below the level")
		// The receiver is no DynamoDB: the call fails, and its span says so.
		_, err := dynamodb.NewFromConfig(config).ListTables(ctx, &dynamodb.ListTablesInput{})
		if err == nil {
			return errors.New("no error")
		}
		return nil
	}))
	if _, err := handler.Invoke(invocation(), []byte("{}")); err != nil {
		t.Fatal(err)
	}
	_, spans, lines, _ := r.seen()
	if len(spans) != 2 || !strings.HasPrefix(spans[0], "DynamoDB.ListTables rpc.system.name=aws-api rpc.service=DynamoDB rpc.method=ListTables https response error StatusCode: 400") {
		t.Errorf("spans %q", spans)
	}
	if diff := cmp.Diff([]string{"INFO finding computed finding=f1 request_id=req-1"}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if want := " service.name=integrates-streams service.version=7 deployment.environment.name=test faas.name=indicators cx.application.name=integrates-streams cx.subsystem.name=indicators"; !sameWords(r.resource, want) {
		t.Errorf("resource %s, want %s", r.resource, want)
	}
	if r.secret != "Bearer x" {
		t.Errorf("Authorization %q", r.secret)
	}
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, w := range strings.Fields(a) {
		count[w]++
	}
	for _, w := range strings.Fields(b) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// A receiver that refuses or hangs costs a bounded time and a line of the log, and
// changes nothing of the invocation.
func TestAReceiverThatIsAwayFailsNothing(t *testing.T) {
	for name, spoil := range map[string]func(*receiver, *observability.Options){
		"refuses": func(r *receiver, o *observability.Options) {
			o.Bugsnag.Endpoint, o.OTLP.Endpoint = r.URL+"/no", r.URL+"/no"
		},
		"hangs": func(r *receiver, _ *observability.Options) { r.hang = true },
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceiver(t)
			var log bytes.Buffer
			o := r.options()
			o.Log, o.Timeout = &log, 200*time.Millisecond
			spoil(r, &o)
			telemetry := start(t, o)
			broken := errors.New("broken")
			began := time.Now()
			_, err := telemetry.Handler(lambda.NewHandler(func() error { return broken })).Invoke(invocation(), []byte("{}"))
			if !errors.Is(err, broken) {
				t.Errorf("error %v", err)
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("it took %s", took)
			}
			for _, want := range []string{"error not reported", "traces and logs not delivered"} {
				if !strings.Contains(log.String(), want) {
					t.Errorf("log %s, want %q", log.String(), want)
				}
			}
		})
	}
}
