//go:build unix

package image

import (
	"os/exec"
	"syscall"
)

// inOwnGroup makes cancelling end what the command started as well: killing bash alone would leave Maven running.
func inOwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
