//go:build !linux

package dynamodblocal

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// processStart asks ps(1), whose lstart column has seconds. Where there is no ps, a process counts as alive: sweeping
// then never happens, which is safe.
func processStart(pid int) (start string, alive bool) {
	out, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	if _, ran := err.(*exec.ExitError); err != nil && !ran {
		return "", true
	}
	start = strings.TrimSpace(string(out))
	return start, start != ""
}

// bootID is unknown here. Start times of ps are absolute, so a process of an earlier boot is recognised by its own.
func bootID() string { return "" }

func hostID() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
