package core_test

import (
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
