package core

import (
	"fmt"
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

// withDefaults fills what is zero, and panics on what no lane can do.
func (c Config) withDefaults() Config {
	if c.BatchSize == 0 {
		c.BatchSize = DefaultBatchSize
	}
	if c.BackoffFirst == 0 {
		c.BackoffFirst = DefaultBackoffFirst
	}
	if c.BackoffMax == 0 {
		c.BackoffMax = DefaultBackoffMax
	}
	if c.BatchSize < 1 || c.BatchSize > MaxBatchSize {
		panic(fmt.Sprintf("core: New: batch size %d: must be 1 to %d, or 0 for %d; mapping.Parse checks this",
			c.BatchSize, MaxBatchSize, DefaultBatchSize))
	}
	if c.MaximumRetryAttempts < -1 || c.MaximumRetryAttempts > MaxRetryAttempts {
		panic(fmt.Sprintf("core: New: maximum retry attempts %d: must be -1 or 0 to %d; mapping.Parse checks this",
			c.MaximumRetryAttempts, MaxRetryAttempts))
	}
	if c.BackoffFirst < 0 || c.BackoffMax < 0 {
		panic(fmt.Sprintf("core: New: back-off %v to %v: must not be negative; 0 means the default",
			c.BackoffFirst, c.BackoffMax))
	}
	return c
}

// backoff is the wait after the given number of failed attempts.
func (c Config) backoff(failed int) time.Duration {
	wait := c.BackoffFirst
	for i := 1; i < failed && wait < c.BackoffMax; i++ {
		wait *= 2
	}
	return min(wait, c.BackoffMax)
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
