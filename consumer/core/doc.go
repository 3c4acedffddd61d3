// Package core is the pure state machine of a lane: one event source mapping
// on one shard of a DynamoDB stream, read, batched and retried in order.
//
// A [Lane] decides and never acts. It is asked with [Lane.Next] what it wants
// ([Read], [Invoke], [Wait], [Checkpoint], [Deliver] or [Done]); somebody else
// does it and tells the outcome with the method that belongs to the action
// ([Lane.Read], [Lane.Invoked], [Lane.Checkpointed], [Lane.Delivered]; a Wait
// ends by itself when time has come). The package has no goroutine, no clock
// and no I/O, so the same lane runs as a daemon and under the harness, where a
// retry of 24 hours takes no time, and it can be cloned, hashed and replayed.
//
// The guarantee: every record handed to a lane ends as processed by a
// successful invocation or as delivered to the on-failure destination, in
// sequence order, before the checkpoint passes it; and the checkpoint never
// goes back. So a lane that is made anew from a stored checkpoint delivers
// every record at least once.
//
// # Rules, in order
//
// Row names (P1, D4, …) are those of the Lambda reference that the project keeps.
//
//  1. A lane reads only with empty hands: a failed batch blocks its shard (D4).
//  2. A batch is what one read returned, at most BatchSize records (P1). It is
//     an upper bound, never a promise.
//  3. Records that are [Retention] old are expired: they go to the on-failure
//     destination, condition RecordAgeExceeded, whatever the retry limit says.
//     Only the expired head of a batch goes; the rest stays in hand. A record
//     whose Arrived is zero has no age and never expires.
//  4. A batch in hand is invoked once its back-off has passed.
//  5. A success moves the checkpoint to the last record of the batch.
//  6. A failure counts. When it was the last one allowed
//     (MaximumRetryAttempts + 1, P6) the batch goes to the on-failure
//     destination, condition RetryAttemptsExhausted, and the checkpoint passes
//     it; else the next attempt is due after the back-off.
//  7. When the checkpoint advances the count starts anew (D7). The back-off of
//     records still in hand goes on: expiry must not turn into a way around it.
//
// # Back-off
//
// AWS publishes no constants (D5), so these are ours: the wait before retry k
// is BackoffFirst × 2^(k−1), at most BackoffMax; by default 1 s, 2 s, 4 s, …,
// 60 s. There is no jitter: one lane waits for one shard, so there is no herd
// to scatter, and a run has to be repeatable.
//
// Start with [New] and the package example.
package core
