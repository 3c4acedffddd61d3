//go:build unix

package cli_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// TestTerminal runs the command on a pseudo-terminal: there it has colours, unless
// they are not wanted, and a line of progress.
func TestTerminal(t *testing.T) {
	l := &local{t: t, root: t.TempDir()}
	writeProject(t, l.root)
	writeFile(t, l.root, "scenarios/counting/two_red_things.yaml", "fixture: red_ones\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: b, kind: red}}\n  - put: {item: {id: c, kind: red}}\n")
	out, code := onTerminal(t, l.command("run", "--parallel", "1"), nil)
	for _, want := range []string{"\r\x1b[K  0 of 2  counting/a_red_thing", "\r\x1b[K  1 of 2", "\x1b[31m✗\x1b[0m counting/a_red_thing"} {
		if !strings.Contains(out, want) {
			t.Errorf("on a terminal there is no %q:\n%q", want, out)
		}
	}
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	plain := l.command("run", "--parallel", "1")
	plain.Env = append(plain.Env, "NO_COLOR=1")
	if out, _ := onTerminal(t, plain, nil); strings.Contains(out, "\x1b[3") || !strings.Contains(out, "✗ counting/a_red_thing") {
		t.Errorf("with NO_COLOR:\n%q", out)
	}
	dumb := l.command("run")
	dumb.Env = append(dumb.Env, "TERM=dumb", "NO_COLOR=1")
	if out, _ := onTerminal(t, dumb, nil); strings.Contains(out, "\x1b") {
		t.Errorf("on a terminal that can do nothing:\n%q", out)
	}
}

// TestReviewOnTerminal accepts all that a run proposed, by key.
func TestReviewOnTerminal(t *testing.T) {
	l := &local{t: t, root: t.TempDir()}
	writeProject(t, l.root)
	out, code := onTerminal(t, l.command("run", "--review"), func(terminal io.Writer, seen string) bool {
		if !strings.Contains(seen, "\x1b[?1049h") { // the screen of its own
			return false
		}
		_, err := terminal.Write([]byte("a"))
		return err == nil
	})
	if code != 0 || !strings.Contains(out, "1 accepted, 0 rejected, 0 left") {
		t.Errorf("exit code %d, want 0:\n%q", code, out)
	}
	if _, err := os.Stat(filepath.Join(l.root, "snapshots", "counting", "a_red_thing.snap")); err != nil {
		t.Error(err)
	}
}

// onTerminal runs a command on a terminal of its own to its end. press is asked
// after each output whether to press a key, until it has.
func onTerminal(t *testing.T, cmd *exec.Cmd, press func(terminal io.Writer, seen string) bool) (out string, code int) {
	t.Helper()
	cmd.Env = append([]string{"TERM=xterm-256color"}, append(cmd.Env, "CI=", "STILLWATER_ENGINE=memory")...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	var all bytes.Buffer
	for buffer := make([]byte, 4096); ; {
		n, err := terminal.Read(buffer)
		all.Write(buffer[:n])
		if press != nil && press(terminal, all.String()) {
			press = nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, syscall.EIO) { // how Linux tells that nobody has it open
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait() // its exit code says it
	return all.String(), cmd.ProcessState.ExitCode()
}
