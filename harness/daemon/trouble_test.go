package daemon_test

import (
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/daemon"
)

func TestATroubleIsSaidOnceAMinute(t *testing.T) {
	tr, start := daemon.NewTroubles(), time.Now()
	said := map[time.Duration]string{}
	for at := time.Duration(0); at < 3*time.Minute; at += time.Second {
		if suffix, say := tr.Failed(false, start.Add(at)); say {
			said[at] = suffix
		}
	}
	want := map[time.Duration]string{0: "", time.Minute: ", for 1m0s, 61 times", 2 * time.Minute: ", for 2m0s, 121 times"}
	if len(said) != len(want) {
		t.Errorf("said %v, want %v", said, want)
	}
	for at, suffix := range want {
		if said[at] != suffix {
			t.Errorf("after %v: %q, want %q", at, said[at], suffix)
		}
	}
	if took, ok := tr.Over(false, start.Add(3*time.Minute)); !ok || took != 3*time.Minute {
		t.Errorf("over after %v, %v", took, ok)
	}
	if _, ok := tr.Over(false, start.Add(3*time.Minute)); ok {
		t.Error("it is over twice")
	}
	if _, say := tr.Failed(false, start.Add(3*time.Minute)); !say {
		t.Error("a new trouble is not said")
	}
}

// Nothing tells that a lease was renewed.
func TestATroubleOfLeasesIsOverWhenTheyWereRenewedForAWhile(t *testing.T) {
	tr, at := daemon.NewTroubles(), time.Now()
	tr.Failed(true, at)
	if _, ok := tr.Over(true, at.Add(daemon.Failover)); ok {
		t.Error("over at once")
	}
	if _, ok := tr.Over(true, at.Add(2*daemon.Failover)); !ok {
		t.Error("not over")
	}
}
