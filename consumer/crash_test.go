package consumer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// crashVariable says how many times a worker is killed; without it crashDefault.
const (
	crashVariable = "STILLWATER_CRASH"
	crashDefault  = 8
)

// handOvers is how many times a worker is stopped gracefully.
const handOvers = 3

// TestWorkerProcesses lets two worker processes share nine tables: eight of
// DynamoDB Local with a shard each, one of a scripted endpoint whose shards
// split. Meanwhile items count up.
//
// Killed at any moment, as often as one likes, they lose nothing, keep the order
// of each item, and deliver again at most the batch that was in hand. Stopped
// gracefully they deliver nothing twice.
func TestWorkerProcesses(t *testing.T) {
	if order := os.Getenv(workerVariable); order != "" {
		if err := work(order); err != nil {
			t.Fatal(err)
		}
		return
	}
	if testing.Short() {
		t.Skip("many processes")
	}
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be given a pipe here")
	}
	e := localEngine(t)
	t.Run("killed", func(t *testing.T) {
		v := share(t, newFleet(t, e, 500*time.Millisecond, 5*time.Millisecond), killAtRandom(t))
		if v.dead == 0 {
			t.Error("no lease was taken from a dead worker: the test shows nothing")
		}
		if v.worst > countMapping("", 1).BatchSize {
			t.Errorf("a takeover delivered %d records again", v.worst)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		v := share(t, newFleet(t, e, 5*time.Second, 50*time.Millisecond), stopInTurn)
		if v.duplicates > 0 || v.lost > 0 {
			t.Errorf("%d records delivered twice, %d leases lost", v.duplicates, v.lost)
		}
		if v.stolen == 0 {
			t.Error("no lease was asked for: the test shows nothing")
		}
	})
}

// localEngine starts DynamoDB Local, or skips.
func localEngine(t testing.TB) engine.Engine {
	t.Helper()
	if skip, err := dynamodblocal.SkipTests(t.Context(), os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{Progress: func(line string) { t.Log(line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// share lets two workers work while items are counted up and disturb does to the
// workers what it does, and waits until all is dealt with.
func share(t *testing.T, f *fleet, disturb func(*fleet)) *verdict {
	began := time.Now()
	f.begin()
	disturb(f)
	f.finish()
	v := judgeReports(f.ledger.reports, f.ledger.written()) // nobody writes to it any more
	for i, wrong := range v.wrong {
		if i == 20 {
			t.Errorf("and %d more", len(v.wrong)-i)
			break
		}
		t.Error(wrong)
	}
	for _, worker := range []string{"a", "b"} {
		if v.deliveredByWorker[worker] == 0 {
			t.Errorf("worker %s delivered nothing", worker)
		}
	}
	t.Logf("in %v: %d kills or stops; %v; shards of the table with many: %d",
		time.Since(began).Round(time.Second/10), f.lives-2, v, f.shards())
	return v
}

// killAtRandom kills now this worker, now that, whatever it is about: starting,
// idle or at work.
func killAtRandom(t *testing.T) func(*fleet) {
	kills := crashDefault
	if text := os.Getenv(crashVariable); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil || kills < 1 {
			t.Fatalf("%s=%s: want a number of kills", crashVariable, text)
		}
	}
	return func(f *fleet) {
		f.await("a delivery", func() bool { return f.ledger.delivered(f.life(0)) || f.ledger.delivered(f.life(1)) })
		for range kills {
			f.watch(anyMoment(f.chance))
			slot := f.chance.IntN(2)
			f.end(slot, syscall.SIGKILL)
			f.start(slot)
		}
	}
}

// anyMoment is short enough to fall into a start or a takeover, or long enough for
// the workers to get back to work.
func anyMoment(chance *rand.Rand) time.Duration {
	most := 300 * time.Millisecond
	if chance.IntN(2) == 0 {
		most = 2 * time.Second
	}
	return time.Duration(chance.Int64N(int64(most)))
}

// stopInTurn stops a worker once both have something to do. The other gets all
// leases before the stopped one starts again, which so gets none but by asking.
func stopInTurn(f *fleet) {
	for i := range handOvers {
		f.await(fmt.Sprintf("both to deliver before stop %d", i), func() bool {
			return f.ledger.delivered(f.life(0)) && f.ledger.delivered(f.life(1))
		})
		slot, began := i%2, time.Now()
		f.end(slot, syscall.SIGTERM)
		ended := time.Since(began)
		f.await("the other to have all leases", func() bool { return f.elsewhere(f.life(1-slot)) == "" })
		f.t.Logf("worker %s ended %v after it was told to, worker %s had all leases after %v", f.life(slot), ended, f.life(1-slot), time.Since(began))
		f.start(slot)
	}
}
