package dynamodblocal_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

func containers(t *testing.T, pid int) int {
	t.Helper()
	ids, err := dynamodblocal.Containers(context.WithoutCancel(t.Context()), pid)
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// gone waits until a process has no container any more. The daemon says when one goes, but not to somebody who does
// not yet know which.
func gone(t *testing.T, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for containers(t, pid) > 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("process %d is gone, and its container is still there", pid)
		}
	}
}

// However a process ends, its container goes with it.
func TestContainerEndsWithItsProcess(t *testing.T) {
	needContainer(t)
	for _, test := range []struct {
		role string
		end  func(*actor)
	}{
		{"close", (*actor).end},
		{"panic", (*actor).end},
		{"interrupt", func(a *actor) { _ = a.cmd.Process.Signal(os.Interrupt); a.end() }},
		{"terminate", func(a *actor) { _ = a.cmd.Process.Signal(syscall.SIGTERM); a.end() }},
		{"kill", func(a *actor) { _ = a.cmd.Process.Kill(); a.end() }},
	} {
		t.Run(test.role, func(t *testing.T) {
			t.Parallel()
			a := newActor(t, test.role)
			if n := containers(t, a.pid()); n != 1 {
				t.Fatalf("%d containers while the engine runs, want 1", n)
			}
			test.end(a)
			if test.role == "close" {
				if n := containers(t, a.pid()); n != 0 {
					t.Errorf("%d containers after Close, want none", n)
				}
				if printed := a.stderr.String(); printed != "" {
					t.Errorf("a user should see our lines only; an engine that starts and ends prints:\n%s", printed)
				}
			}
			gone(t, a.pid())
			if test.role == "panic" && !strings.Contains(a.stderr.String(), "as a test may") {
				t.Errorf("the process did not panic: %s", a.stderr.String())
			}
		})
	}
}

// Two processes at once, one of them killed with no guard to clean up: the next start takes the dead one's container
// and leaves the living one's.
func TestSweep(t *testing.T) {
	needContainer(t)
	killed, living := newActor(t, "unguarded"), newActor(t, "unguarded")
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.end()
	if n := containers(t, killed.pid()); n != 1 {
		t.Fatalf("the killed process has %d containers, want 1: nothing is there to sweep", n)
	}
	var lines []string
	e, err := dynamodblocal.Bare(t.Context(), dynamodblocal.Options{
		Progress: func(line string) { lines = append(lines, line) },
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(context.Background()) }()
	if n := containers(t, killed.pid()); n != 0 {
		t.Errorf("the killed process has %d containers after a start, want none", n)
	}
	if n := containers(t, living.pid()); n != 1 {
		t.Errorf("the living process has %d containers after a start, want 1", n)
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "removed ") {
		t.Errorf("progress %q does not tell of the removal", lines)
	}
	living.end()
	if n := containers(t, living.pid()); n != 0 {
		t.Errorf("%d containers after the living process closed its engine, want none", n)
	}
}

// A start that is interrupted leaves nothing, wherever it was.
func TestInterruptedStart(t *testing.T) {
	needContainer(t)
	for _, after := range []time.Duration{0, 30 * time.Millisecond, 150 * time.Millisecond, 400 * time.Millisecond, 1200 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{})
		cancel()
		if err == nil {
			t.Errorf("after %v: started: this computer is too quick for this test", after)
			_ = e.Close(context.Background())
		}
		if n := containers(t, os.Getpid()); n != 0 {
			t.Errorf("after %v: %d containers, want none (%v)", after, n, err)
		}
	}
}

// Where testcontainers has read its configuration before, its reaper is on; and fails where its image cannot be pulled.
func TestStartWithTheReaperOn(t *testing.T) {
	needContainer(t)
	a := newActor(t, "reaper")
	if n := containers(t, a.pid()); n != 1 {
		t.Errorf("%d containers while the engine runs, want 1", n)
	}
	a.end()
	if n := containers(t, a.pid()); n != 0 {
		t.Errorf("%d containers after Close, want none", n)
	}
}

// A container that is created and does not start goes away as well.
func TestImageThatDoesNotStart(t *testing.T) {
	needContainer(t)
	const name = "stillwater-test/empty:1"
	remove, err := dynamodblocal.EmptyImage(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := remove(); err != nil {
			t.Error(err)
		}
	}()
	e, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{Image: name})
	if err == nil {
		_ = e.Close(context.Background())
	}
	if !errors.Is(err, dynamodblocal.ErrEnvironment) || !strings.Contains(err.Error(), "container of "+name+": ") {
		t.Errorf("got %v, want an ErrEnvironment that names the image", err)
	}
	if n := containers(t, os.Getpid()); n != 0 {
		t.Errorf("%d containers, want none", n)
	}
}

// A container that runs and cannot be reached: nothing listens on the address at which it is looked for. The message says
// where it was looked for, what came back, what the container itself says, and what helps.
func TestContainerOutOfReach(t *testing.T) {
	needContainer(t)
	t.Setenv("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.2")
	var told []string
	tell := func(line string) { told = append(told, line) }
	e, err := dynamodblocal.Impatient(t.Context(), dynamodblocal.Options{Progress: tell}, 2*time.Second)
	if err == nil {
		_ = e.Close(context.Background())
	}
	if !errors.Is(err, dynamodblocal.ErrEnvironment) {
		t.Fatalf("got %v, want an ErrEnvironment", err)
	}
	for _, part := range []string{
		"not ready: it runs and was not reached at http://127.0.0.2:", ", in up to 2s (", "connection refused",
		"its log ends: ", "restart the Docker daemon",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	late := func(line string) bool { return strings.Contains(line, "does not answer at http://127.0.0.2:") }
	if !slices.ContainsFunc(told, late) {
		t.Errorf("told while it waited: %q, want that the container does not answer", told)
	}
	if n := containers(t, os.Getpid()); n != 0 {
		t.Errorf("%d containers, want none", n)
	}
}

func TestImageThatIsNotHere(t *testing.T) {
	needContainer(t)
	_, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{Image: "stillwater-test/none:1"})
	if !errors.Is(err, dynamodblocal.ErrEnvironment) || !strings.HasSuffix(err.Error(), "docker pull stillwater-test/none:1") {
		t.Errorf("got %v, want an ErrEnvironment that says how to get the image", err)
	}
}
