package dynamodblocal_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// roleVariable makes this test binary one of the processes that the tests kill, interrupt and look at.
const roleVariable = "STILLWATER_TEST_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		play(role)
		return
	}
	os.Exit(m.Run())
}

// play runs until its input ends. "ready" on standard output means that the engine runs.
func play(role string) {
	ctx := context.Background()
	switch role {
	case "ensure":
		name, err := dynamodblocal.EnsureImage(ctx, func(line string) { fmt.Println(line) })
		fmt.Println(name, err)
		return
	case "skip":
		fmt.Println(dynamodblocal.SkipTests(ctx, os.Getenv))
		return
	case "reaper": // somebody in this process used testcontainers before, with its reaper
		testcontainers.ReadConfig()
	}
	e, err := dynamodblocal.Bare(ctx, dynamodblocal.Options{}, role == "unguarded")
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if role == "panic" {
		panic("as a test may")
	}
	if err := e.Close(ctx); err != nil {
		fmt.Println("error:", err)
	}
}

// actor is such a process.
type actor struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr bytes.Buffer
}

// newActor starts one and waits for its engine.
func newActor(t *testing.T, role string) *actor {
	t.Helper()
	a := &actor{cmd: exec.CommandContext(t.Context(), os.Args[0])}
	a.cmd.Env = append(os.Environ(), roleVariable+"="+role)
	a.cmd.Stderr = &a.stderr
	var err error
	if a.stdin, err = a.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := a.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.end() })
	line := make([]byte, 4096)
	n, _ := stdout.Read(line)
	if got := strings.TrimSpace(string(line[:n])); got != "ready" {
		a.end() // its standard error is complete from here on
		t.Fatalf("%s: %s %s", role, got, a.stderr.String())
	}
	return a
}

func (a *actor) pid() int { return a.cmd.Process.Pid }

// end lets the process run to its end, if it has not ended.
func (a *actor) end() {
	_ = a.stdin.Close()
	_ = a.cmd.Wait()
}

// needContainer skips a test where no container can run.
func needContainer(t *testing.T) {
	t.Helper()
	if skip, err := dynamodblocal.SkipTests(t.Context(), os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
}
