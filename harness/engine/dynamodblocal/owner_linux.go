package dynamodblocal

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// processStart reads when a process started, in clock ticks since boot, and whether it is there. A zombie is not: it
// is dead and only waits for its parent to ask. A process that cannot be read for any other reason is there.
func processStart(pid int) (start string, alive bool) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return "", !errors.Is(err, fs.ErrNotExist)
	}
	// The second field is the name in parentheses, which may itself hold spaces and parentheses; after it come the
	// state (field 3 of proc_pid_stat(5)) and, as field 22, the start time.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return "", true
	}
	return fields[19], fields[0] != "Z" && fields[0] != "X"
}

func bootID() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(id))
}

// hostID is the host's name and the process id namespace: two containers of one host share a Docker daemon, maybe even
// a host name, but not their process ids.
func hostID() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return ""
	}
	return name + " " + namespace
}
