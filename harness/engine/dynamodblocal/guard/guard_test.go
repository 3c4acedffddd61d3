package guard_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/guard"
)

const roleVariable = "STILLWATER_TEST_ROLE"

func TestMain(m *testing.M) {
	if file := os.Getenv(roleVariable); file != "" {
		// A process that guards a file, and ends when its input does.
		g, err := guard.Start(`rm "$1"`, nil, file)
		if err != nil || g == nil {
			os.Exit(2)
		}
		_, _ = os.Stdout.WriteString("ready")
		if word, _ := io.ReadAll(os.Stdin); string(word) == "dismiss" {
			g.Dismiss()
		}
		os.Exit(3) // no deferred call runs
	}
	os.Exit(m.Run())
}

func TestGuard(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(*exec.Cmd, io.WriteCloser)
		runs bool
	}{
		{"exit", func(_ *exec.Cmd, in io.WriteCloser) { _ = in.Close() }, true},
		{"kill", func(cmd *exec.Cmd, _ io.WriteCloser) { _ = cmd.Process.Kill() }, true},
		{"dismiss", func(_ *exec.Cmd, in io.WriteCloser) { _, _ = io.WriteString(in, "dismiss"); _ = in.Close() }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "guarded")
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), roleVariable+"="+file)
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(out, make([]byte, len("ready"))); err != nil {
				t.Fatal(err)
			}
			test.end(cmd, in)
			_ = cmd.Wait()
			if test.runs {
				vanishes(t, file)
			} else if _, err := os.Stat(file); err != nil {
				t.Errorf("a dismissed guard ran all the same: %v", err)
			}
		})
	}
}

func vanishes(t *testing.T, file string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		if _, err := os.Stat(file); err != nil {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal("the process is gone, and its guard did nothing")
		}
	}
}
