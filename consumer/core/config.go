package core

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"time"
)

// Defaults and limits. Those of Lambda carry their row in the Lambda reference.
const (
	// DefaultBatchSize is used where Config.BatchSize is 0 (P1).
	DefaultBatchSize = 100
	// MaxBatchSize is the largest BatchSize (P1).
	MaxBatchSize = 10_000
	// MaxBatchingWindow is the longest BatchingWindow (P2).
	MaxBatchingWindow = 300 * time.Second
	// MaxParallelizationFactor is the largest ParallelizationFactor (P5).
	MaxParallelizationFactor = 10
	// MaxTumblingWindow is the longest TumblingWindow (P10).
	MaxTumblingWindow = 900 * time.Second
	// DefaultPayloadLimit is the most bytes of a synchronous invocation (P3).
	DefaultPayloadLimit = 6 << 20
	// MaxRetryAttempts is the largest MaximumRetryAttempts (P6).
	MaxRetryAttempts = 10_000
	// DefaultBackoffFirst is the wait before the first retry. Ours: AWS
	// publishes none (D5).
	DefaultBackoffFirst = time.Second
	// DefaultBackoffMax is the longest wait between two attempts. Ours (D5).
	DefaultBackoffMax = time.Minute
	// Retention is how long a stream keeps a record, and so how long a lane
	// tries to process it (P6, P7).
	Retention = 24 * time.Hour
)

// Config is how a lane batches and retries. The zero value means batches of
// DefaultBatchSize, no retry at all and the default back-off.
type Config struct {
	// BatchSize is the most records of one invocation, 1 to MaxBatchSize;
	// 0 means DefaultBatchSize.
	BatchSize int
	// MaximumRetryAttempts is how often a batch that failed is tried again:
	// 0 never, up to MaxRetryAttempts; -1 until its records expire.
	MaximumRetryAttempts int
	// BatchingWindow is how long records are gathered for a batch that is not
	// full; 0 to MaxBatchingWindow, 0 means not at all (P2).
	BatchingWindow time.Duration
	// ParallelizationFactor is the number of lanes of one shard, 1 to
	// MaxParallelizationFactor; 0 means 1 (P5).
	ParallelizationFactor int
	// MaximumRecordAge is how old a record may get before it is given up; 0 or
	// less means no limit of its own, above Retention it does nothing (P7).
	MaximumRecordAge time.Duration
	// BisectBatchOnFunctionError splits a batch that failed in two (P8).
	BisectBatchOnFunctionError bool
	// ReportBatchItemFailures has the response of the function read (P9).
	ReportBatchItemFailures bool
	// TumblingWindow is the length of tumbling windows, up to MaxTumblingWindow;
	// 0 means none (P10). It needs a ParallelizationFactor of 1.
	TumblingWindow time.Duration
	// OnFailure says that there is an on-failure destination; records that
	// cannot be processed are dropped without one (D8).
	OnFailure bool
	// Jitter is how much of each back-off is left to chance: 0.2 makes it
	// between 80 % and 100 %. The chance comes from Seed, so it repeats.
	Jitter float64
	Seed   uint64
	// PayloadLimit is the most bytes of an event; 0 means DefaultPayloadLimit (P3).
	PayloadLimit int
	// BackoffFirst is the wait before the first retry, doubled with each one
	// after it; 0 means DefaultBackoffFirst.
	BackoffFirst time.Duration
	// BackoffMax bounds the wait; 0 means DefaultBackoffMax.
	BackoffMax time.Duration
}

// Check tells the first field that no lane can work with; nil if there is none.
// mapping.Parse checks those of a mapping, too.
func (c Config) Check() error {
	c = c.filled()
	if c.TumblingWindow > 0 && c.ParallelizationFactor > 1 {
		return fmt.Errorf("TumblingWindow %v with ParallelizationFactor %d: windows need one lane", c.TumblingWindow, c.ParallelizationFactor)
	}
	return cmp.Or(
		within(c.BatchSize, 1, MaxBatchSize, "BatchSize"),
		within(c.ParallelizationFactor, 1, MaxParallelizationFactor, "ParallelizationFactor"),
		within(c.MaximumRetryAttempts, -1, MaxRetryAttempts, "MaximumRetryAttempts"),
		within(c.BatchingWindow, 0, MaxBatchingWindow, "BatchingWindow"),
		within(c.TumblingWindow, 0, MaxTumblingWindow, "TumblingWindow"),
		within(c.BackoffFirst, 0, Retention, "BackoffFirst"),
		within(c.BackoffMax, 0, Retention, "BackoffMax"),
		within(c.Jitter, 0, 1, "Jitter"),
		within(c.PayloadLimit, 1, DefaultPayloadLimit, "PayloadLimit"),
	)
}

// withDefaults fills what is zero, and panics on what no lane can do.
func (c Config) withDefaults() Config {
	if err := c.Check(); err != nil {
		panic(fmt.Sprintf("core: New: %v; Config.Check and mapping.Parse tell this before", err))
	}
	return c.filled()
}

func (c Config) filled() Config {
	c.BatchSize = cmp.Or(c.BatchSize, DefaultBatchSize)
	c.ParallelizationFactor = cmp.Or(c.ParallelizationFactor, 1)
	c.PayloadLimit = cmp.Or(c.PayloadLimit, DefaultPayloadLimit)
	c.BackoffFirst = cmp.Or(c.BackoffFirst, DefaultBackoffFirst)
	c.BackoffMax = cmp.Or(c.BackoffMax, DefaultBackoffMax)
	return c
}

func within[T cmp.Ordered](value, least, most T, name string) error {
	if cmp.Less(value, least) || cmp.Less(most, value) { // NaN is less than anything
		return fmt.Errorf("%s %v: must be %v to %v", name, value, least, most)
	}
	return nil
}

// backoff is the wait after the given number of failed attempts. The key, a
// sequence number, makes the jitter of one batch another than that of the next.
func (c Config) backoff(failed int, key string) time.Duration {
	wait := c.BackoffFirst
	for i := 1; i < failed && wait < c.BackoffMax; i++ {
		wait *= 2
	}
	wait = min(wait, c.BackoffMax)
	if c.Jitter == 0 {
		return wait
	}
	return wait - time.Duration(c.Jitter*c.chance(failed, key)*float64(wait))
}

// chance is a number from 0 to 1, the same for the same arguments.
func (c Config) chance(failed int, key string) float64 {
	s := state{fnv.New64a()}
	s.numbers(int64(c.Seed), int64(failed))
	s.texts(key)
	const bits = 53
	return float64(mix(s.Sum64())>>(64-bits)) / (1 << bits)
}

// exhausted tells whether a batch that failed so often may not be tried again.
func (c Config) exhausted(failed int) bool {
	return c.MaximumRetryAttempts >= 0 && failed > c.MaximumRetryAttempts
}

// attempt names one attempt: "attempt 2 of 3", "attempt 2, no limit".
func (c Config) attempt(k int) string {
	if c.MaximumRetryAttempts < 0 {
		return fmt.Sprintf("attempt %d, no limit", k)
	}
	return fmt.Sprintf("attempt %d of %d", k, c.MaximumRetryAttempts+1)
}
