package function_test

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/triggers/deploy"
	"github.com/stillwater-streams/stillwater/triggers/function"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// subjects are the triggers, and what a test needs of each.
func subjects() map[string]function.Build {
	return map[string]function.Build{"indicators": function.Indicators, "archive": function.Archive, "webhook": function.Webhook}
}

// In Lambda a trigger does what it does in the process: the built binary, fed by a
// Runtime API with a real event, makes the same writes and requests, and leaves the
// same table.
func TestTheBootstrapDoesWhatTheHandlerDoes(t *testing.T) {
	payload, err := testevent.Stream{}.JSON(changes()...)
	if err != nil {
		t.Fatal(err)
	}
	plain := cmpopts.IgnoreUnexported(dynamodb.PutItemInput{}, dynamodb.UpdateItemInput{})
	for trigger, build := range subjects() {
		t.Run(trigger, func(t *testing.T) {
			inProcess := newWorld(t)
			handler, telemetry, err := function.Start(context.Background(), trigger, build, inProcess.getenv(t), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			defer telemetry.Close(context.Background())
			want, err := handler.Invoke(context.Background(), payload)
			if err != nil {
				t.Fatal(err)
			}

			inLambda := newWorld(t)
			api := newRuntimeAPI(t, payload, time.Minute)
			api.run(t, bootstrap(t, trigger), inLambda.environment())
			answer := api.answer(t)
			if answer.path != "/2018-06-01/runtime/invocation/req-1/response" || answer.body != string(want) {
				t.Errorf("answered %s: %s, want %s", answer.path, answer.body, want)
			}
			if diff := cmp.Diff(inProcess.writes(), inLambda.writes(), cmp.Comparer(model.Equal), plain); diff != "" {
				t.Errorf("writes and requests (-in process +in Lambda):\n%s", diff)
			}
			if diff := cmp.Diff(inProcess.items(t), inLambda.items(t), cmp.Comparer(model.Equal)); diff != "" {
				t.Errorf("tables (-in process +in Lambda):\n%s", diff)
			}
			if len(inProcess.writes()) == 0 {
				t.Error("nothing was written: the test proves nothing")
			}
		})
	}
}

func TestTheBootstrapIsStatic(t *testing.T) {
	for trigger := range subjects() {
		file, err := elf.Open(bootstrap(t, trigger))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for _, p := range file.Progs {
			if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
				t.Errorf("%s: wants a dynamic linker, which provided.al2023 need not have", trigger)
			}
		}
	}
}

// built is where the bootstraps of this run lie, each linked once.
var built string

func TestMain(m *testing.M) {
	var err error
	if built, err = os.MkdirTemp("", "bootstraps"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(built)
	os.Exit(code)
}

// bootstrap is the built binary of a trigger, for this computer.
func bootstrap(t *testing.T, trigger string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the bootstrap is a program for Linux")
	}
	path := filepath.Join(built, trigger)
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if err := deploy.Build(context.Background(), filepath.Join("..", ".."), trigger, runtime.GOARCH, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// runtimeAPI is Lambda's Runtime API on a local endpoint: it hands out one event and
// takes what is answered.
type runtimeAPI struct {
	*httptest.Server
	payload []byte
	time    time.Duration // of the invocation
	answers chan answer
	once    sync.Once
	end     chan struct{}
}

type answer struct{ path, body, errorType string }

func newRuntimeAPI(t *testing.T, payload []byte, lasts time.Duration) *runtimeAPI {
	api := &runtimeAPI{payload: payload, time: lasts, answers: make(chan answer, 1), end: make(chan struct{})}
	api.Server = httptest.NewServer(api)
	t.Cleanup(api.Close)
	t.Cleanup(func() { close(api.end) })
	return api
}

func (api *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		api.answers <- answer{r.URL.Path, string(body), r.Header.Get("Lambda-Runtime-Function-Error-Type")}
		return
	}
	first := false
	api.once.Do(func() { first = true })
	if !first { // there is no other event
		select {
		case <-api.end:
		case <-r.Context().Done():
		}
		return
	}
	header := w.Header()
	header.Set("Lambda-Runtime-Aws-Request-Id", "req-1")
	header.Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(api.time).UnixMilli()))
	header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:integrates_streams")
	_, _ = w.Write(api.payload)
}

// run starts a bootstrap, which is killed at the end of the test.
func (api *runtimeAPI) run(t *testing.T, path string, environment []string) {
	t.Helper()
	command := exec.Command(path)
	command.Env = append(environment, api.variable())
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Kill)
		_ = command.Wait()
		if t.Failed() {
			t.Logf("the bootstrap said:\n%s", output.String())
		}
	})
}

// variable tells a bootstrap where it is.
func (api *runtimeAPI) variable() string {
	return "AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(api.URL, "http://")
}

func (api *runtimeAPI) answer(t *testing.T) answer {
	t.Helper()
	watchdog := time.NewTimer(30 * time.Second)
	defer watchdog.Stop()
	select {
	case a := <-api.answers:
		return a
	case <-watchdog.C:
		t.Fatal("the bootstrap did not answer within 30 s")
	}
	return answer{}
}
