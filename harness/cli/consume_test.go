package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

// TestConsume runs the command as a process of its own, against a container.
func TestConsume(t *testing.T) {
	if skip, err := dynamodblocal.SkipTests(t.Context(), os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := container(t.Context(), func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for name, test := range map[string]func(*testing.T, *local){
		"lines are JSON": testJSONLines,
		"a signal stops it, and the next goes on": testSignals,
		"a loop is paused and resumed":            testPauseAndResume,
		"two daemons share a table, one waits":    testTwoDaemons,
		"a second signal ends it at once":         testSecondSignal,
	} {
		t.Run(name, func(t *testing.T) { test(t, newLocal(t, e)) })
	}
}

// local is a database, and a project of the things beside it.
type local struct {
	t       *testing.T
	at      *engine.Database
	db      *dynamodb.Client
	root    string
	runtime string // for the control sockets: short, as their paths have to be
}

func newLocal(t *testing.T, e engine.Engine) *local {
	t.Helper()
	at, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(at.Close)
	l := &local{t: t, at: at, db: dynamodb.NewFromConfig(at.Config(nil)), root: t.TempDir()}
	if l.runtime, err = os.MkdirTemp("", "sw"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(l.runtime) })
	tables := filepath.Join(l.root, "fixtures", "tables")
	for _, dir := range []string{tables, filepath.Join(l.root, "scenarios")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	definition := `{"TableName": "things", "BillingMode": "PAY_PER_REQUEST",
		"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
		"StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}}`
	if err := os.WriteFile(filepath.Join(tables, "things.json"), []byte(definition), 0o644); err != nil {
		t.Fatal(err)
	}
	definitions, err := harness.LoadTables(tables)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.db.CreateTable(t.Context(), definitions[0]); err != nil {
		t.Fatal(err)
	}
	return l
}

// put writes a thing of a kind, as another program does.
func (l *local) put(id, kind string) {
	l.t.Helper()
	_, err := l.db.PutItem(l.t.Context(), &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: id}, "kind": &types.AttributeValueMemberS{Value: kind},
	}})
	if err != nil {
		l.t.Fatal(err)
	}
}

// command is the stillwater of the scripts: testscript's main looks at its name.
func (l *local) command(args ...string) *exec.Cmd {
	l.t.Helper()
	self, err := os.Executable()
	if err != nil {
		l.t.Fatal(err)
	}
	return &exec.Cmd{
		Path: self, Args: append([]string{"stillwater"}, args...), Dir: l.root,
		Env: append(os.Environ(), "XDG_RUNTIME_DIR="+l.runtime, "AWS_ACCESS_KEY_ID=AKIAREAL"),
	}
}

// process is a daemon that runs.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	errors bytes.Buffer

	mu      sync.Mutex
	lines   []string
	changed chan struct{}
	over    chan struct{} // closed when its output has ended
}

func (l *local) consume(args ...string) *process {
	l.t.Helper()
	return l.start(append([]string{
		"consume", "--endpoint", l.at.Endpoint, "--region", l.at.Region, "--access-key", l.at.AccessKey, "--poll", "10ms",
	}, args...)...)
}

// start runs a command until it is stopped.
func (l *local) start(args ...string) *process {
	l.t.Helper()
	p := &process{t: l.t, changed: make(chan struct{}), over: make(chan struct{})}
	p.cmd = l.command(args...)
	p.cmd.Stderr = &p.errors
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	go func() {
		defer close(p.over)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			p.mu.Lock()
			p.lines = append(p.lines, scanner.Text())
			close(p.changed)
			p.changed = make(chan struct{})
			p.mu.Unlock()
		}
	}()
	l.t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			<-p.over
			_ = p.cmd.Wait()
		}
	})
	return p
}

// wait waits for n lines that match.
func (p *process) wait(n int, pattern string) []string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	expression := regexp.MustCompile(pattern)
	for ended := false; ; {
		p.mu.Lock()
		var found []string
		for _, line := range p.lines {
			if expression.MatchString(line) {
				found = append(found, line)
			}
		}
		all, changed := strings.Join(p.lines, "\n"), p.changed
		p.mu.Unlock()
		if len(found) >= n {
			return found
		}
		if ended {
			p.t.Fatalf("waited for %d lines that match %s; there was:\n%s\n%s", n, pattern, all, p.errors.String())
		}
		select {
		case <-changed:
		case <-p.over:
			ended = true
		case <-ctx.Done():
			ended = true
		}
	}
}

// stop sends a signal and returns the exit code.
func (p *process) stop(s syscall.Signal) int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
	<-p.over
	err := p.cmd.Wait()
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return 0
}

// testJSONLines compares all lines of a short life with a golden.
func testJSONLines(t *testing.T, l *local) {
	l.put("a", "red")
	p := l.consume("--json")
	p.wait(2, `"event":"invoke"`) // "a", and the count of it
	l.put("b", "poison")
	p.wait(1, `"event":"dropped"`)
	if code := p.stop(syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	var lines []string
	for _, line := range p.lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
		lines = append(lines, l.scrub(line))
	}
	golden.File(t, "testdata/consume.ndjson", strings.Join(lines, "\n")+"\n")
}

// scrub takes out what differs from run to run.
func (l *local) scrub(line string) string {
	line = strings.ReplaceAll(line, l.at.Endpoint, "<endpoint>")
	line = strings.ReplaceAll(line, l.at.AccessKey, "<key>")
	for pattern, with := range map[string]string{
		`"time":"[^"]*"`: `"time":"<time>"`,
		`_ms":[0-9.]+`:   `_ms":0`,
		`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`: "<id>",
		`/stream/[-0-9T:.]+[0-9]`:                   "/stream/<label>",
		`shardId-[0-9]{20}-[0-9a-f]{8}`:             "<shard>",
		`0{10}[0-9]{11}`:                            "<sequence>",
		`cli_test\.go:[0-9]+`:                       "cli_test.go",
	} {
		line = regexp.MustCompile(pattern).ReplaceAllString(line, with)
	}
	return line
}

func testSignals(t *testing.T, l *local) {
	l.put("a", "red")
	p := l.consume()
	p.wait(2, `  invoke +(INSERT|MODIFY) .*  ok `)
	if code := p.stop(syscall.SIGTERM); code != 143 {
		t.Errorf("exit code %d, want 143", code)
	}
	if got := p.errors.String(); got != "stillwater: stopped by a signal: terminated\n" {
		t.Errorf("stderr: %s", got)
	}
	p.wait(1, `  stopped$`)
	if left, _ := filepath.Glob(filepath.Join(l.runtime, "*", "*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	l.put("b", "red")
	p = l.consume()
	p.wait(1, `goes on behind 0+[0-9]+`)
	first := p.wait(1, `  invoke  `)[0]
	if !strings.Contains(first, "INSERT b") {
		t.Errorf("first invocation: %s", first)
	}
	if code := p.stop(syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
}

// run runs another command to its end.
func (l *local) run(args ...string) (out string, code int) {
	l.t.Helper()
	cmd := l.command(args...)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	err := cmd.Run()
	if exit, ok := err.(*exec.ExitError); ok {
		return b.String(), exit.ExitCode()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return b.String(), 0
}

func testPauseAndResume(t *testing.T, l *local) {
	p := l.consume("--depth", "4")
	l.put("a", "endless")
	p.wait(1, `count  +PAUSED +it feeds itself: 5 invocations in one chain of causes, more than --depth 4`)
	p.wait(1, `↻ w[0-9]+ +count writes things count endless, UpdateItem$`)
	command := strings.Fields(p.wait(1, `^  stillwater consume resume count$`)[0])
	p.wait(5, `count  +invoke  `)

	out, code := l.run("consume", "status")
	if want := regexp.MustCompile(`(?m)^  count  things  paused  it feeds itself: .*; works behind 0`); code != 0 || !want.MatchString(out) {
		t.Errorf("status: exit code %d\n%s", code, out)
	}
	if out, code = l.run("consume", "resume", "cuont"); code != 2 || !strings.Contains(out, "no trigger cuont runs; there are: count") {
		t.Errorf("resume of what is not there: exit code %d\n%s", code, out)
	}
	if out, code = l.run(command[1:]...); code != 0 || out != "count resumed\n" {
		t.Errorf("resume: exit code %d\n%s", code, out)
	}
	p.wait(2, `PAUSED`)
	if out, code = l.run("consume", "pause", "count"); code != 2 || !strings.Contains(out, "it is paused already: it feeds itself") {
		t.Errorf("pause: exit code %d\n%s", code, out)
	}
	out, code = l.run("consume", "status", "--json", "--pid", fmt.Sprint(p.cmd.Process.Pid))
	if want := `"trigger":"count","table":"things","state":"paused"`; code != 0 || !strings.Contains(out, want) {
		t.Errorf("status: exit code %d\n%s", code, out)
	}
}

func testTwoDaemons(t *testing.T, l *local) {
	first := l.consume()
	l.put("a", "red")
	first.wait(2, `  invoke  `)
	second := l.consume()
	second.wait(1, `count  +lease +.* holds the lease`)
	out, code := l.run("consume", "pause", "count")
	if code != 2 || !strings.Contains(out, "name one with --pid") {
		t.Errorf("pause: exit code %d\n%s", code, out)
	}
	out, code = l.run("consume", "pause", "count", "--pid", fmt.Sprint(first.cmd.Process.Pid))
	if code != 0 || out != "count paused\n" {
		t.Errorf("pause: exit code %d\n%s", code, out)
	}
	if out, code = l.run("consume", "resume", "count"); code != 0 { // only one is paused
		t.Errorf("resume: exit code %d\n%s", code, out)
	}
	_ = first.cmd.Process.Kill() // it leaves its socket, and its lease
	<-first.over
	_ = first.cmd.Wait()
	l.put("b", "red")
	second.wait(1, `INSERT b`)
	if out, _ := l.run("consume", "status"); strings.Count(out, "process ") != 1 {
		t.Errorf("status:\n%s", out)
	}
	if left, _ := filepath.Glob(filepath.Join(l.runtime, "*", "*")); len(left) != 1 {
		t.Errorf("sockets: %v, want that of the second", left)
	}
}

// testSecondSignal has a handler wait for an answer that does not come.
func testSecondSignal(t *testing.T, l *local) {
	release, waiting := make(chan struct{}), make(chan struct{})
	to, err := url.Parse(l.at.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	through, once := httputil.NewSingleHostReverseProxy(to), sync.Once{}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if strings.Contains(string(body), "count stuck") && strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".UpdateItem") {
			once.Do(func() { close(waiting) })
			<-release
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		through.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	defer close(release)
	p := l.consume("--endpoint", proxy.URL)
	l.put("a", "stuck")
	select {
	case <-waiting:
	case <-p.over:
		t.Fatal(p.errors.String())
	}
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	p.wait(1, `stopping +waits up to 30s for 1 invocation`)
	if code := p.stop(syscall.SIGINT); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if last := p.lines[len(p.lines)-1]; !strings.Contains(last, "stopping") {
		t.Errorf("it waited: %s", last)
	}
}
