package core_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestConfigOutOfRange: a value out of its range is refused by name and range,
// its bounds are not.
func TestConfigOutOfRange(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name  string
		cfg   core.Config
		wrong string // "" = accepted
	}{
		{"zero value", core.Config{}, ""},
		{"batch of one", core.Config{BatchSize: 1}, ""},
		{"largest batch", core.Config{BatchSize: 10_000}, ""},
		{"larger batch", core.Config{BatchSize: 10_001}, "BatchSize 10001: must be 1 to 10000"},
		{"negative batch", core.Config{BatchSize: -1}, "BatchSize -1: must be 1 to 10000"},
		{"longest batching window", core.Config{BatchingWindow: 300 * time.Second}, ""},
		{"longer batching window", core.Config{BatchingWindow: 301 * time.Second}, "BatchingWindow 5m1s: must be 0s to 5m0s"},
		{"negative batching window", core.Config{BatchingWindow: -1}, "BatchingWindow -1ns: must be 0s to 5m0s"},
		{"ten lanes", core.Config{ParallelizationFactor: 10}, ""},
		{"eleven lanes", core.Config{ParallelizationFactor: 11}, "ParallelizationFactor 11: must be 1 to 10"},
		{"negative lanes", core.Config{ParallelizationFactor: -1}, "ParallelizationFactor -1: must be 1 to 10"},
		{"unlimited retries", core.Config{MaximumRetryAttempts: -1}, ""},
		{"most retries", core.Config{MaximumRetryAttempts: 10_000}, ""},
		{"more retries", core.Config{MaximumRetryAttempts: 10_001}, "MaximumRetryAttempts 10001: must be -1 to 10000"},
		{"fewer retries", core.Config{MaximumRetryAttempts: -2}, "MaximumRetryAttempts -2: must be -1 to 10000"},
		{"no age", core.Config{MaximumRecordAge: -1}, ""},
		{"age beyond the retention", core.Config{MaximumRecordAge: 7 * day}, ""},
		{"longest tumbling window", core.Config{TumblingWindow: 900 * time.Second}, ""},
		{"longer tumbling window", core.Config{TumblingWindow: 901 * time.Second}, "TumblingWindow 15m1s: must be 0s to 15m0s"},
		{"negative tumbling window", core.Config{TumblingWindow: -time.Second}, "TumblingWindow -1s: must be 0s to 15m0s"},
		{"tumbling window with lanes", core.Config{TumblingWindow: time.Second, ParallelizationFactor: 2},
			"TumblingWindow 1s with ParallelizationFactor 2: windows need one lane"},
		{"all jitter", core.Config{Jitter: 1}, ""},
		{"more jitter", core.Config{Jitter: 1.1}, "Jitter 1.1: must be 0 to 1"},
		{"negative jitter", core.Config{Jitter: -0.1}, "Jitter -0.1: must be 0 to 1"},
		{"no number", core.Config{Jitter: math.NaN()}, "Jitter NaN: must be 0 to 1"},
		{"smallest event", core.Config{PayloadLimit: 1}, ""},
		{"largest event", core.Config{PayloadLimit: 6 << 20}, ""},
		{"larger event", core.Config{PayloadLimit: 6<<20 + 1}, "PayloadLimit 6291457: must be 1 to 6291456"},
		{"negative event", core.Config{PayloadLimit: -1}, "PayloadLimit -1: must be 1 to 6291456"},
		{"longest first back-off", core.Config{BackoffFirst: day}, ""},
		{"longer first back-off", core.Config{BackoffFirst: day + 1}, "BackoffFirst 24h0m0.000000001s: must be 0s to 24h0m0s"},
		{"negative first back-off", core.Config{BackoffFirst: -1}, "BackoffFirst -1ns: must be 0s to 24h0m0s"},
		{"longer back-off", core.Config{BackoffMax: day + 1}, "BackoffMax 24h0m0.000000001s: must be 0s to 24h0m0s"},
		{"negative back-off", core.Config{BackoffMax: -1}, "BackoffMax -1ns: must be 0s to 24h0m0s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := refusal(test.cfg)
			if test.wrong == "" && got != "" || !strings.HasPrefix(got, test.wrong) {
				t.Errorf("New panics with %q, want %q", got, test.wrong)
			}
		})
	}
}

// refusal is what New panics with, without its prefix; "" when it does not.
func refusal(cfg core.Config) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = strings.TrimPrefix(fmt.Sprint(p), "core: New: ")
		}
	}()
	core.New(cfg, core.Position{})
	return ""
}
