// Package core is the pure state machine of an event source mapping on one
// shard of a DynamoDB stream: what is read, filtered, batched, retried, split,
// given up and checkpointed, and in which order.
//
// A [Shard] decides and never acts. It is asked with [Shard.Next] what it wants
// ([Read], [Invoke], [Wait], [Checkpoint], [Deliver], [Drop] or [Done]); somebody
// else does it and tells the outcome with the method that belongs to the action
// ([Shard.Read], [Shard.Invoked], …; a Wait ends by itself when time has come).
// The package has no goroutine, no clock and no I/O, so the same machine runs as
// a daemon, several actions at once, and under the harness, one at a time, where
// a retry of 24 hours takes no time; and it can be cloned, hashed and replayed.
//
// The guarantee: every record that a shard is given ends as exactly one of
// processed by an invocation that succeeded, turned away by the filters,
// delivered to the on-failure destination, or dropped for want of one; records
// of one item in sequence order; and the stored position never goes back nor
// passes a record that has not ended. So a shard that is made anew from a stored
// position hands out every record at least once (D1).
//
// # Rules, in order
//
// Row names (P1, D4, …) are those of the Lambda reference that the project keeps.
//
//  1. A shard has one lane, or ParallelizationFactor lanes (P5). A record goes to
//     the lane of its item, so order is kept per item; lanes do not wait for each
//     other. Below, everything is per lane.
//  2. Records are read ahead, while an invocation runs too, until each lane has a
//     full batch waiting. What a lane that fails has gathered is bounded, and so
//     is what the shard holds: then reading stops, too.
//  3. A filtered record only moves the position (L2); a batch counts the others.
//  4. A batch closes on the first of: BatchSize records (P1), the payload limit on
//     the serialised event (P3), the batching window since its first record was
//     read (P2), the end of the tumbling window, the end of the shard. Without a
//     batching window whatever is there is handed out at once.
//  5. A record that is MaximumRecordAge old (P7), or [Retention] old (P6), is given
//     up with condition RecordAgeExceeded, before the next attempt, whatever the
//     retry limit says. Only the head of a batch goes; the rest stays in hand. A
//     record whose Arrived is zero has no age.
//  6. A failed attempt counts. When it was the last one allowed
//     (MaximumRetryAttempts + 1, P6) the batch is given up with condition
//     RetryAttemptsExhausted; else the next attempt is due after the back-off. A
//     throttled attempt does not count and is made again after its back-off.
//  7. With bisection (P8) a failed batch of more than one record is halved instead:
//     the first half is tried at once as a batch of its own, then the second. This
//     counts no attempt; a batch of one record is retried as in rule 6.
//  8. With batch item failures (P9) the response is read: the records before the
//     lowest one it names are dealt with, the others tried again after the
//     back-off as one batch, not halved (R4, D6). One that names the first record
//     counts as a failed attempt; so does a bad response (R2), which is halved.
//  9. When a lane moves on the count of attempts starts anew (D7). The back-off of
//     records still in hand goes on: expiry must not turn into a way around it.
//  10. A lane that has dealt with something hands out nothing more until a
//     checkpoint holds it: what a crash repeats is at most the batch in hand.
//
// # Tumbling windows
//
// A batch belongs to the window of its first record's arrival, and never reaches
// into a later one (W3); a record that comes late joins the open window. The
// state of one invocation is given to the next; the window ends with a final
// invocation without records: when a record of a later window was read, when its
// time is over and a read since then found nothing at all, when the state exceeds
// [MaxWindowState] (early, W2), or at the end of the shard (W4). The position
// stays before the first record that was processed in the window until then, so
// that a shard that is made anew begins it again. A window whose records were all
// given up has no final invocation.
// A final invocation that fails is retried as a batch is, its records getting
// older by the length of the window; when it is given up, all records of the
// window are. AWS says that its failure suspends the shard
// and that retries and age apply (W3, W4), not what becomes of the records.
//
// # Back-off
//
// AWS publishes no constants (D5), so these are ours: the wait before retry k
// is BackoffFirst × 2^(k−1), at most BackoffMax; by default 1 s, 2 s, 4 s, …,
// 60 s. Jitter takes a part of it away by a chance that follows from Seed, the
// sequence number and k, so that a run can be repeated; by default there is none.
//
// Start with [New] and the package example.
package core
