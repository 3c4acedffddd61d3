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
