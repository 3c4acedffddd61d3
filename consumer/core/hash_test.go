package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestHashCountsWhatShowsLater: shards that want and owe the same now, but will
// not go on alike, have different hashes; shards made the same way have equal ones.
func TestHashCountsWhatShowsLater(t *testing.T) {
	at := func(cfg core.Config, after core.Position) func() *core.Shard {
		return func() *core.Shard { return core.New(cfg, after) }
	}
	read := func(cfg core.Config, arrived time.Time, end bool) func() *core.Shard {
		return func() *core.Shard {
			s := core.New(cfg, core.Position{Sequence: "101"})
			s.Read(start, []core.Record{{Sequence: "103", Arrived: arrived}}, end)
			return s
		}
	}
	behind := func(sequence string, parts ...string) core.Position {
		return core.Position{Sequence: sequence, Parts: parts}
	}
	twoLanes := core.Config{ParallelizationFactor: 2}
	shards := map[string]func() *core.Shard{
		"at the horizon":      at(core.Config{}, core.Position{}),
		"after 101":           at(core.Config{}, behind("101")),
		"after 102":           at(core.Config{}, behind("102")),
		"two lanes":           at(twoLanes, behind("101")),
		"two lanes, one on":   at(twoLanes, behind("101", "101", "102")),
		"two lanes, other on": at(twoLanes, behind("101", "102", "101")),
		"smaller batches":     at(core.Config{BatchSize: 1}, behind("101")),
		"smaller events":      at(core.Config{PayloadLimit: 1000}, behind("101")),
		"gathering":           at(core.Config{BatchingWindow: time.Second}, behind("101")),
		"with retries":        at(core.Config{MaximumRetryAttempts: 1}, behind("101")),
		"with an age":         at(core.Config{MaximumRecordAge: time.Hour}, behind("101")),
		"with bisection":      at(core.Config{BisectBatchOnFunctionError: true}, behind("101")),
		"with reports":        at(core.Config{ReportBatchItemFailures: true}, behind("101")),
		"with windows":        at(core.Config{TumblingWindow: time.Minute}, behind("101")),
		"with a destination":  at(core.Config{OnFailure: true}, behind("101")),
		"with jitter":         at(core.Config{Jitter: 0.5}, behind("101")),
		"with another seed":   at(core.Config{Seed: 1}, behind("101")),
		"slower":              at(core.Config{BackoffFirst: time.Hour}, behind("101")),
		"slower at last":      at(core.Config{BackoffMax: time.Hour}, behind("101")),
		"with a record":       read(core.Config{}, start, false),
		"with the last one":   read(core.Config{}, start, true),
		"with a later one":    read(core.Config{}, start.Add(time.Nanosecond), false),
		"with one of no age":  read(core.Config{}, time.Time{}, false),
	}
	names := map[uint64]string{}
	for name, shard := range shards {
		hash := shard().Hash()
		if other, ok := names[hash]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		names[hash] = name
		if again := shard().Hash(); again != hash {
			t.Errorf("%s: hash %x, made again %x", name, hash, again)
		}
	}
}

// TestHashIgnoresWhatIsTheSame: what makes no difference from here on makes none
// in the hash.
func TestHashIgnoresWhatIsTheSame(t *testing.T) {
	read := func(cfg core.Config, now time.Time) uint64 {
		s := core.New(cfg, core.Position{})
		s.Read(now, []core.Record{{Sequence: "101", Arrived: start}}, false)
		return s.Hash()
	}
	if read(core.Config{}, start) != read(core.Config{}, start.Add(time.Hour)) {
		t.Error("when a record was read counts, though nothing depends on it")
	}
	if read(core.Config{BatchingWindow: time.Second}, start) == read(core.Config{BatchingWindow: time.Second}, start.Add(time.Hour)) {
		t.Error("when a record was read does not count, though its batching window depends on it")
	}
	spelled := core.Config{BatchSize: core.DefaultBatchSize, ParallelizationFactor: 1, PayloadLimit: core.DefaultPayloadLimit,
		BackoffFirst: core.DefaultBackoffFirst, BackoffMax: core.DefaultBackoffMax}
	if read(core.Config{}, start) != read(spelled, start.In(time.FixedZone("elsewhere", 3600))) {
		t.Error("a default that is spelled out counts")
	}
}

// TestHashOfHistories: what happened before counts where it shows later. Each
// pair differs in one field of the state only.
func TestHashOfHistories(t *testing.T) {
	tests := map[string][2][]string{
		"halved or whole": {
			{"shard batch=4 bisect", "read 101..104", "fail boom", "throttle boom"},
			{"shard batch=4 bisect", "read 101..104", "throttle boom"},
		},
		"where it is halved": {
			{"shard batch=5 bisect report", "read 101", "ok", "stored", "read 102..105", "fail x", "advance 1s", "throttle x"},
			{"shard batch=5 bisect report", "read 101..105", "fail x", "failed 102", "stored", "advance 1s", "throttle x"},
		},
		"the state of a window": {
			{"shard tumble=1m", "read 101", `ok {"state":1}`},
			{"shard tumble=1m", "read 101", `ok {"state":2}`},
		},
		"what is known to be read": {
			{"shard tumble=1m", "read 101", `ok {"state":1}`, "read 102~"},
			{"shard tumble=1m", "read 101", `ok {"state":1}`, "read age=-2m 102~"},
		},
		"filtered records before the first": {
			{"shard", "read 101 103"},
			{"shard", "read 101 102~ 103"},
		},
		"filtered records behind a checkpoint": {
			{"shard batch=1", "read 101 103~ 104", "ok"},
			{"shard batch=1", "read 101 102~ 104", "ok"},
		},
		"the checkpoint that was asked for": {
			{"shard", "read 101~", "read 102~"},
			{"shard", "read 101~ 102~"},
		},
		"failures of a checkpoint": {
			{"shard first=1h max=1h", "read 101~", "unstored x", "advance 1h", "unstored x"},
			{"shard first=1h max=1h", "advance 1h", "read 101~", "unstored x"},
		},
		"when a failed delivery is due": {
			{"shard", "read 101", "fail x", "undelivered x"},
			{"shard", "read 101", "fail x", "advance 1s", "undelivered x"},
		},
		"when a failed attempt is due": {
			{"shard retries=1", "read 101", "fail x"},
			{"shard retries=1", "read 101", "advance 1s", "fail x"},
		},
		"throttled or failed": {
			{"shard retries=1", "read 101", "fail x"},
			{"shard retries=1", "read 101", "throttle x"},
		},
		"reported or failed": {
			{"shard retries=1 report", "read 101", "failed 101"},
			{"shard retries=1 report", "read 101", "fail batch item failures from 101 on"},
		},
	}
	for name, pair := range tests {
		if a, b := hashAfter(t, pair[0]), hashAfter(t, pair[1]); a == b {
			t.Errorf("%s: %q and %q have the same hash", name, pair[0], pair[1])
		}
	}
}

func hashAfter(t *testing.T, commands []string) uint64 {
	t.Helper()
	c := &conversation{}
	for _, command := range commands {
		if result, err := c.do(command); err != nil || strings.HasPrefix(result, "panic") {
			t.Fatalf("%q: %s: %s, %v", commands, command, result, err)
		}
	}
	return c.shard.Hash()
}
