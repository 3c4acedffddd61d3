package function_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/triggers/function"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// reports is Bugsnag: it takes what is reported, each as the text of its request.
func reports(t *testing.T) (environment []string, reported <-chan string) {
	t.Helper()
	got := make(chan string, 10)
	bugsnag := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
	}))
	t.Cleanup(bugsnag.Close)
	return []string{"BUGSNAG_API_KEY=0123456789abcdef0123456789abcdef", "BUGSNAG_ENDPOINT=" + bugsnag.URL}, got
}

// wantReport compares the next report, which must have been delivered by the time
// that Lambda is answered.
func wantReport(t *testing.T, reported <-chan string, class, message string) {
	t.Helper()
	select {
	case report := <-reported:
		if !strings.Contains(report, class) || !strings.Contains(report, message) {
			t.Errorf("reported %s, want %s: %s", report, class, message)
		}
	default:
		t.Errorf("nothing was reported, want %s: %s", class, message)
	}
}

// What keeps a function from starting goes to Bugsnag and to Lambda, and ends the
// process.
func TestABootstrapThatCannotStartSaysSo(t *testing.T) {
	for name, test := range map[string]struct{ path, setting, want string }{
		"a setting is missing": {bootstrap(t, "archive"), function.ArchiveVariable + "=", "start archive: environment variable ARCHIVE_TABLE is not set"},
		"a panic":              {panicking(t), "PANIC=start", "start panicking: panic: broken"},
	} {
		t.Run(name, func(t *testing.T) {
			api := newRuntimeAPI(t, nil, time.Minute)
			settings, reported := reports(t)
			command := exec.Command(test.path)
			command.Env = append(append(newWorld(t).environment(), settings...), test.setting, api.variable())
			text, err := command.CombinedOutput()
			if err == nil || !strings.Contains(string(text), test.want) {
				t.Errorf("error %v, said %s, want %q", err, text, test.want)
			}
			wantReport(t, reported, "StartFailed", test.want)
			answer := api.answer(t)
			if answer.path != "/2018-06-01/runtime/init/error" || answer.errorType != "Runtime.StartFailed" ||
				!strings.HasPrefix(answer.body, `{"errorMessage":"`+test.want) {
				t.Errorf("told Lambda %+v", answer)
			}
		})
	}
}

// Lambda may be away: the process ends all the same, and says both.
func TestABootstrapThatCannotTellLambdaEnds(t *testing.T) {
	command := exec.Command(bootstrap(t, "archive"))
	command.Env = append(newWorld(t).environment(), function.ArchiveVariable+"=", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1")
	text, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(text), "ARCHIVE_TABLE is not set") || !strings.Contains(string(text), "init error: ") {
		t.Errorf("error %v, said %s", err, text)
	}
}

// An invocation that fails, panics or draws near the end of its time is reported
// before Lambda has its answer: afterwards the function is frozen.
func TestABootstrapReportsInvocationsThatFail(t *testing.T) {
	payload, err := testevent.Stream{}.JSON(changes()...)
	if err != nil {
		t.Fatal(err)
	}
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // until then a server does not see that a client left
		<-r.Context().Done()
	}))
	t.Cleanup(hangs.Close)
	for name, test := range map[string]struct {
		path, endpoint string
		time           time.Duration
		classes        []string
		message        string
	}{
		"an error":     {bootstrap(t, "indicators"), "http://127.0.0.1:1", time.Minute, []string{"InvocationFailed"}, "indicators: finding f1: read finding"},
		"a panic":      {panicking(t), "", time.Minute, []string{"Panic"}, "broken"},
		"no time left": {bootstrap(t, "indicators"), hangs.URL, 1500 * time.Millisecond, []string{"NearTimeout", "InvocationFailed"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			api := newRuntimeAPI(t, payload, test.time)
			settings, reported := reports(t)
			api.run(t, test.path, append(append(newWorld(t).environment(), settings...),
				"AWS_ENDPOINT_URL_DYNAMODB="+test.endpoint, "AWS_MAX_ATTEMPTS=1"))
			answer := api.answer(t)
			if answer.path != "/2018-06-01/runtime/invocation/req-1/error" || !strings.Contains(answer.body, test.message) {
				t.Errorf("answered %+v, want an error with %q", answer, test.message)
			}
			for _, class := range test.classes {
				wantReport(t, reported, class, test.message)
			}
		})
	}
}

// panicking is a bootstrap made of testdata/panicking.
func panicking(t *testing.T) string {
	t.Helper()
	path := filepath.Join(built, "panicking")
	if text, err := exec.Command("go", "build", "-o", path, "./testdata/panicking").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return path
}
