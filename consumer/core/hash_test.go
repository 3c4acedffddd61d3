package core_test

import (
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestHashCountsWhatShowsLater: lanes that want and owe the same now, but will
// not go on alike, have different hashes; lanes made the same way have equal ones.
func TestHashCountsWhatShowsLater(t *testing.T) {
	read := func(cfg core.Config, after string, arrived time.Time, end bool) func() *core.Lane {
		return func() *core.Lane {
			lane := core.New(cfg, after)
			lane.Read([]core.Record{{Sequence: "103", Arrived: arrived}}, end)
			return lane
		}
	}
	lanes := map[string]func() *core.Lane{
		"at the horizon":     func() *core.Lane { return core.New(core.Config{}, "") },
		"after 101":          func() *core.Lane { return core.New(core.Config{}, "101") },
		"after 102":          func() *core.Lane { return core.New(core.Config{}, "102") },
		"with retries":       func() *core.Lane { return core.New(core.Config{MaximumRetryAttempts: 1}, "101") },
		"slower":             func() *core.Lane { return core.New(core.Config{BackoffFirst: time.Hour}, "101") },
		"slower at last":     func() *core.Lane { return core.New(core.Config{BackoffMax: time.Hour}, "101") },
		"with a record":      read(core.Config{}, "101", start, false),
		"with the last one":  read(core.Config{}, "101", start, true),
		"with a later one":   read(core.Config{}, "101", start.Add(time.Nanosecond), false),
		"with one of no age": read(core.Config{}, "101", time.Time{}, false),
	}
	names := map[uint64]string{}
	for name, lane := range lanes {
		hash := lane().Hash()
		if other, ok := names[hash]; ok {
			t.Errorf("%s and %s have the same hash", name, other)
		}
		names[hash] = name
		if again := lane().Hash(); again != hash {
			t.Errorf("%s: hash %x, made again %x", name, hash, again)
		}
	}
}
