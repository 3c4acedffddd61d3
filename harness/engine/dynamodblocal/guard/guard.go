package guard

import (
	"fmt"
	"io"
	"os"
	"os/exec"
)

// prologue waits for a word. "done" means that there is nothing left to do; the end of the input means that the process
// is gone. Signals are ignored, because Ctrl-C reaches every process of the terminal and the guard must be the last.
const prologue = `trap '' HUP INT TERM
read -r word
[ "$word" = done ] && exit
`

// Guard waits for the end of this process. A nil Guard guards nothing.
type Guard struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

// Start makes a guard that runs script, in the language of sh, with args as $1, $2, …; env is added to this process's
// environment. It returns nil, and no error, where there is no sh.
func Start(script string, env []string, args ...string) (*Guard, error) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		return nil, nil //nolint:nilerr // documented
	}
	cmd := exec.Command(sh, append([]string{"-c", prologue + script, "stillwater-guard"}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Dir = os.TempDir() // keeps no folder of the user busy
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	return &Guard{cmd: cmd, stdin: stdin}, nil
}

// Dismiss ends the guard when there is nothing left to guard, and waits until it is gone.
func (g *Guard) Dismiss() {
	if g == nil {
		return
	}
	_, _ = io.WriteString(g.stdin, "done\n")
	_ = g.stdin.Close()
	_ = g.cmd.Wait()
}
