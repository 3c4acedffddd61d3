package dynamodblocal

import (
	"os"
	"strconv"
)

// Labels of our containers: which engine made it, and which process that engine is in.
const (
	labelEngine = "stillwater.engine" // random id of the Engine
	labelPID    = "stillwater.owner.pid"
	labelStart  = "stillwater.owner.start" // when the process started: process ids are used again
	labelBoot   = "stillwater.owner.boot"  // since when the computer runs: ids and start times are counted from there
	labelHost   = "stillwater.owner.host"  // where the id counts
)

// owner identifies a process for as long as its containers may exist.
type owner struct {
	pid   int
	start string // opaque; empty = unknown
	boot  string // opaque; empty = unknown
	host  string
}

// self is the owner of the containers that this process makes.
func self() owner {
	pid := os.Getpid()
	start, _ := processStart(pid)
	return owner{pid: pid, start: start, boot: bootID(), host: hostID()}
}

func (o owner) labels(engine string) map[string]string {
	return map[string]string{
		labelEngine: engine,
		labelPID:    strconv.Itoa(o.pid),
		labelStart:  o.start,
		labelBoot:   o.boot,
		labelHost:   o.host,
	}
}

// ownerOf reads the labels of a container. It is false for labels that this version did not write.
func ownerOf(labels map[string]string) (owner, bool) {
	pid, err := strconv.Atoi(labels[labelPID])
	if err != nil || pid <= 0 || labels[labelHost] == "" {
		return owner{}, false
	}
	return owner{pid: pid, start: labels[labelStart], boot: labels[labelBoot], host: labels[labelHost]}, true
}

// dead tells whether o is provably gone, as seen by the process observer. In doubt it is alive: a leftover container
// is a nuisance, a container taken from a running test is a wrong result.
//
// start looks a process up: when it started, and whether it is there.
func (o owner) dead(observer owner, start func(pid int) (string, bool)) bool {
	if o.host != observer.host {
		return false // another computer, or ids that count elsewhere
	}
	if o.boot != "" && observer.boot != "" && o.boot != observer.boot {
		return true
	}
	now, alive := start(o.pid)
	if !alive {
		return true
	}
	return o.start != "" && now != "" && now != o.start
}
