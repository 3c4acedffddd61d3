// Package harness runs mutation scenarios against real stream triggers and says
// when, and with what result, everything has come to rest.
//
// Its one guarantee: a run that passes was settled, exactly (see package settle):
// every record delivered, every handler and every request ended, nothing able
// to write any more. No sleep, no "probably done".
//
// # The five phases of a run
//
//  1. Seed: the fixture is written to a fresh, private database, delivered and
//     settled. It is phase 0 of the trace and not in the report.
//  2. Mutate: the steps run in order; each write passes the gate and is tied to
//     the records it causes.
//  3. Settle: after each step the consumer runs until nothing is left to do. The
//     virtual clock stands still during calls, jumps only to back-off timers
//     (at most 15 minutes) and moves one minute after each step.
//  4. Observe: views pick what to show (the indicators of each finding); batches
//     that went to an on-failure destination are always shown.
//  5. Compare: the canonical text is held against the snapshot.
//
// # What is simulated and what is not
//
// The database is real (DynamoDB Local in a container), and so are the AWS SDK
// clients, the consumer with its lanes, retries and on-failure destination, and
// the triggers. Replaced are the clock that triggers and records see
// (ApproximateCreationDateTime is the virtual time of the write; DynamoDB Local
// floors its own to the minute) and the order in which AWS calls are let
// through: one at a time. Stream ARNs and regions are those of the engine.
//
// The consumer has two hands. The driver asks its state machine (consumer/core)
// for one action at a time, on the virtual clock: a run can be repeated exactly,
// and 24 hours of retries take no time. [Options].Live runs consumer.Run itself
// instead, as it ships, and comes to the same snapshots. There records keep the
// time that the engine gives them, floored to the minute by DynamoDB Local: a
// handler that reads it, or a maximum record age of a minute, sees the difference.
// A mapping exists before anything is written, so that LATEST is TRIM_HORIZON.
// memory_size and metrics_config of a mapping change nothing here: the one is for
// a deployment, the other for who collects metrics (consumer/telemetry).
//
// Lambda retries a failed batch for 24 hours by default. Here it is retried
// twice where triggers.json does not say otherwise: a test that waits for a day
// hangs.
//
// # Words of the environment
//
//	STILLWATER_UPDATE=true              accept changed and new snapshots (never with CI set)
//	STILLWATER_REQUIRE_CONTAINER=true   fail, not skip, where no container can be had
//	STILLWATER_SOAK=N                   run the functional suite N times (make soak N=50)
//	STILLWATER_ADVERSARIES=N            run each adversary of the verdict N times (make adversaries N=200)
//	STILLWATER_SHELL=all                run all scenarios through consumer.Run (make shell), not every fifth
//	STILLWATER_CRASH=N                  kill a worker process N times (make crash N=200)
//	CI=…                                nothing is written into snapshots/
//
// # What it does not see
//
// A handler's goroutines are known by their pprof labels, which children inherit.
// Two ways to run code carry none: a timer (time.AfterFunc) before it fires, and
// a goroutine that replaces its labels (pprof.Do with a context of its own). What
// such code writes while a run lasts is refused or noticed; a write of it after
// the last verdict is not.
//
// Calls that several goroutines of one handler make at once are let through one
// at a time, but in the order in which they happen to arrive: their records, and
// so the trace, may differ from run to run.
//
// # Not there yet
//
// Steps that run together, faults, engines other than DynamoDB Local, the third
// kind of cause (what was not written, and why). Topics and buckets as on-failure
// destinations are not spoken to: what goes there is kept in memory.
//
// # Where to start
//
// A [Project] is what a team brings: tables, triggers, mutations, views. [Start]
// takes it and an engine; [Harness.Run] runs one scenario and returns a
// [Result]; package report prints it. Package scenarios in this repository is
// the worked example.
package harness
