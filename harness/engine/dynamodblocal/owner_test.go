package dynamodblocal_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

func TestOwnerIsDeadOnlyIfProvablySo(t *testing.T) {
	const host, boot = "h", "b"
	observer := dynamodblocal.NewOwner(1, "1", boot, host)
	// Process 7 runs since 100; process 8 is not there; process 9 is there, but since when cannot be told.
	start := func(pid int) (string, bool) {
		switch pid {
		case 7:
			return "100", true
		case 9:
			return "", true
		default:
			return "", false
		}
	}
	for _, test := range []struct {
		name  string
		owner dynamodblocal.Owner
		want  bool
	}{
		{"alive", dynamodblocal.NewOwner(7, "100", boot, host), false},
		{"gone", dynamodblocal.NewOwner(8, "100", boot, host), true},
		{"its id used again", dynamodblocal.NewOwner(7, "99", boot, host), true},
		{"before a reboot", dynamodblocal.NewOwner(7, "100", "earlier", host), true},
		{"of another computer, gone here", dynamodblocal.NewOwner(8, "100", boot, "elsewhere"), false},
		{"of another computer, booted at another time", dynamodblocal.NewOwner(8, "100", "earlier", "elsewhere"), false},
		{"start unknown, id there", dynamodblocal.NewOwner(7, "", boot, host), false},
		{"start unknown, id gone", dynamodblocal.NewOwner(8, "", boot, host), true},
		{"process unreadable", dynamodblocal.NewOwner(9, "100", boot, host), false},
		{"boot unknown, alive", dynamodblocal.NewOwner(7, "100", "", host), false},
	} {
		if got := test.owner.Dead(observer, start); got != test.want {
			t.Errorf("%s: dead = %t, want %t", test.name, got, test.want)
		}
	}
}

func TestOwnerSurvivesItsLabels(t *testing.T) {
	self := dynamodblocal.Self()
	again, ok := dynamodblocal.OwnerOf(self.Labels())
	if !ok || again != self {
		t.Errorf("%+v was read as %+v (%t)", self, again, ok)
	}
	if self.Dead(self, dynamodblocal.ProcessStart) {
		t.Error("this process takes itself for dead")
	}
	for _, broken := range []string{"stillwater.owner.pid", "stillwater.owner.host"} {
		labels := self.Labels()
		labels[broken] = ""
		if o, ok := dynamodblocal.OwnerOf(labels); ok {
			t.Errorf("without %s: read as %+v, want nothing", broken, o)
		}
	}
}

// A zombie's containers are leftovers: in a container without an init nobody may ever ask for its exit code.
func TestProcessStart(t *testing.T) {
	start, alive := dynamodblocal.ProcessStart(os.Getpid())
	if start == "" || !alive {
		t.Errorf("this process: start %q, alive %t", start, alive)
	}
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, alive := dynamodblocal.ProcessStart(cmd.Process.Pid); !alive {
		t.Error("a running process counts as dead")
	}
	_ = cmd.Process.Kill()
	_, _ = cmd.Process.Wait()
	if _, alive := dynamodblocal.ProcessStart(cmd.Process.Pid); alive {
		t.Error("a process that ended counts as alive")
	}
}

func TestLockBuildKeepsTheSecondWaiting(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	waits := 0
	unlock, err := dynamodblocal.LockBuild(t.Context(), func() { waits++ })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 250*time.Millisecond)
	defer cancel()
	if _, err := dynamodblocal.LockBuild(ctx, func() { waits++ }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second builder got %v, want to wait", err)
	}
	unlock()
	again, err := dynamodblocal.LockBuild(t.Context(), func() { waits++ })
	if err != nil {
		t.Fatal(err)
	}
	again()
	if waits != 1 {
		t.Errorf("told %d times that somebody waits, want once", waits)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) > 0 {
		t.Errorf("the lock left %v behind (%v)", left, err)
	}
}
