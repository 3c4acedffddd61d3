package dynamodblocal

import (
	"fmt"
	"io"
	"os"
	"os/exec"
)

// guardScript waits for a word on its standard input. "done" means that the engine was closed. The end of the input
// means that the process is gone, in whatever way: then the engine's containers go too. Signals are ignored, because
// Ctrl-C reaches every process of the terminal and the guard must be the last one.
const guardScript = `trap '' HUP INT TERM
read -r word
[ "$word" = done ] && exit
ids=$(docker ps --all --quiet --no-trunc --filter "label=$1") && [ -n "$ids" ] && exec docker rm --force --volumes $ids`

// guard is a child process that outlives this one by a moment. Deferred calls and signal handlers do not run in a
// process that panics, calls os.Exit or is killed; and a library that catches signals gets in the way of the handlers
// of Ginkgo and of the command line. The pipe closes in every case.
//
// It needs sh and the Docker command line client. Without them there is no guard, and what a killed run leaves behind is
// there until the next Start sweeps it.
type guard struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
}

// startGuard returns nil if there can be none.
func startGuard(engine, daemon string) (*guard, error) {
	for _, tool := range []string{"sh", "docker"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, nil //nolint:nilerr // an optional tool
		}
	}
	cmd := exec.Command("sh", "-c", guardScript, "stillwater-guard", labelEngine+"="+engine)
	cmd.Env = append(os.Environ(), "DOCKER_HOST="+daemon)
	cmd.Dir = os.TempDir() // keeps no folder of the user busy
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	return &guard{cmd: cmd, stdin: stdin}, nil
}

// dismiss ends the guard when there is nothing left to guard.
func (g *guard) dismiss() {
	if g == nil {
		return
	}
	_, _ = io.WriteString(g.stdin, "done\n")
	_ = g.stdin.Close()
	_ = g.cmd.Wait()
}
