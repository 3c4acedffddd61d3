// Package harness runs mutation scenarios against real stream triggers and says
// when, and with what result, everything has come to rest.
//
// Its one guarantee: a run that passes was settled, exactly (see package settle):
// every record delivered, every handler, job and request ended, nothing able
// to write any more. No sleep, no "probably done".
//
// # The five phases of a run
//
//  1. Seed: the fixture is written to a fresh, private database, delivered and
//     settled. It is phase 0 of the trace and not in the report.
//  2. Mutate: the steps run in order; each write passes the gate and is tied to
//     the records it causes. The virtual clock stands still during a step and
//     moves one minute after each that writes; at and advance move it where they
//     say, and it goes only forward.
//  3. Settle: after each step the consumer runs until nothing is left to do. The
//     virtual clock jumps only to timers: back-offs, batching windows, tumbling
//     windows (at most 15 minutes in one settling, or the patience of the
//     scenario). In a backlog nothing is delivered before its end, or a settle.
//  4. Observe, in the end and at each snapshot step: views pick what to show. A
//     project has its own (the indicators of each finding), and there are items,
//     changed_items (what is not as the fixture left it, the removed as absent),
//     changes (the same with a line for each item: nothing else has changed),
//     on_failure, invocations, metrics (Lambda's EventCount group) and requests
//     (what triggers sent over HTTP, with the answers); one of these that has
//     nothing to show says []. Batches that went to an on-failure
//     destination, or nowhere, are always shown.
//  5. Compare: the canonical text is held against the snapshot, and each line that
//     differs gets its cause ([Result.Causes]): the write of a step or of a trigger
//     on behalf of one; the entry of the fixture; or, if nobody wrote it, the
//     invocations that were given related records and how each ended, and the
//     records that nobody was given. An item's records are related if their keys
//     hold its partition key. A value of several items has the cause of one.
//
// A scenario that needs what the engine cannot do, or a live run cannot, is
// [Skipped] with the reason, and nothing of it runs.
//
// # The order of calls
//
// Without a seed each writer and each invocation runs to its end before the next
// begins. With one, of [Options] or else of the scenario itself (seed: 7), the
// writers of a together step run at the same time, and so may invocations of
// different mappings and lanes, each in an environment of its own: at every AWS
// call the seed says who goes on. The same seed is the same run. The fixture is
// always settled in the default order.
//
// # Faults
//
// A fault waits from its step on, and shows in the trace when it takes effect. One
// that never does, or less often than it should, fails its scenario at its line.
//
//	fail           an invocation fails before its handler is called; with after: writes, after it returned
//	throttle       an invocation is refused; that uses up no retry
//	fail_call      an AWS call is answered with an error of the service, as after the SDK's own retries;
//	               an HTTP request with a status, or not at all
//	time_out       an invocation ends at its nth call, which is not made; its environment is gone
//	kill           every mapping goes on at its checkpoints, in cold environments; what it had read and not
//	               checkpointed comes again. With after: TRIGGER, between an invocation and its checkpoint
//	deliver_again  a batch that succeeded is handed out once more, warm, before its checkpoint
//	expire         an item is deleted, and its record is the service's REMOVE, also for filters
//	split, close_shard, trim, expire_iterators, stale_reads   on engines that can
//
// Of fail, throttle and time_out an invocation suffers one: the first of its
// trigger that is still to happen. A time_out whose call an invocation does not
// reach waits for the next. An item expires when its step says; nothing here looks
// at the attribute of its time to live.
//
// # Jobs
//
// Work that is too long for an invocation a handler hands over with
// [Environment].Submit, as it would to AWS Batch. The job runs after the invocation,
// in an environment of its own, one AWS call at a time like any other, and outlives
// both the invocation and the consumer: kill and the faults of invocations do not
// touch it. In the trace it is a thing of its own (j1) between the invocation that
// submitted it and what it writes. No verdict comes before all jobs have ended. In
// the default order they run one after the other when nothing is left to deliver;
// with a seed beside invocations and each other; in a live run one after the other
// while the consumer goes on. One that fails is not tried again: it is in
// [Result].FailedJobs and in the snapshot, under failed_jobs, which is not there
// otherwise.
//
// # Redelivery
//
// A stream hands records out at least once, so a trigger must come to the same if a
// batch comes again. [Options].Redeliver asks that of every scenario as it is: each
// batch that got something done is handed out once more, at once ([Twice]), or after
// its first invocation was made to fail and other mappings had their turn
// ([FailAfterWrites]). The snapshot is that of the scenario: views do not show the
// invocation that was added, it uses up no retry and no fault, and it takes no
// virtual time; the trace shows it. Only its handler finds its clock a second later,
// so that a trigger that writes the time is found out.
//
// # What is simulated and what is not
//
// The database is DynamoDB Local in a container, or the memory engine, which is
// held to it; snapshots are the same bytes on both. The AWS SDK clients are real,
// and so are the consumer with its lanes, retries and on-failure destination, and
// the triggers. Replaced are the clock that triggers and records see
// (ApproximateCreationDateTime is the virtual time of the write; DynamoDB Local
// floors its own to the minute) and the order in which AWS calls are let
// through: one at a time. Stream ARNs and regions are those of the project.
//
// The consumer has two hands. The driver asks its state machine (consumer/core)
// for one action at a time, on the virtual clock: a run can be repeated exactly,
// and 24 hours of retries take no time. [Options].Live runs consumer.Run itself
// instead, as it ships, and comes to the same snapshots; faults, backlogs and
// moves of the clock are the driver's alone, and the writers of a together step go
// one after the other there. A maximum record age counts from the time that the
// engine gives records there, which DynamoDB Local floors to the minute.
// A mapping exists before anything is written, so that LATEST is TRIM_HORIZON.
// memory_size and metrics_config of a mapping change nothing here: the one is for
// a deployment, the other for who collects metrics (consumer/telemetry). A
// reserved_concurrency above 0 does not limit how many invocations overlap.
//
// Lambda retries a failed batch for 24 hours by default. Here it is retried
// twice where triggers.json does not say otherwise: a test that waits for a day
// hangs.
//
// # Words of the environment
//
//	STILLWATER_UPDATE=true              accept changed and new snapshots (never with CI set)
//	STILLWATER_ENGINE=NAME              what answers as DynamoDB: auto, container or memory
//	STILLWATER_REQUIRE_CONTAINER=true   fail, not skip, where no container can be had
//	STILLWATER_SOAK=N                   run the functional suite N times (make soak N=50)
//	STILLWATER_ADVERSARIES=N            run each adversary of the verdict N times (make adversaries N=200)
//	STILLWATER_ZOO=all                  run all scenarios over every faulty trigger (make zoo), not the first that caught it
//	STILLWATER_SHELL=all                run all scenarios through consumer.Run (make shell), not every fifth
//	STILLWATER_REDELIVER=all            run all scenarios with redelivery (make redeliver), not every third
//	STILLWATER_CRASH=N                  kill a worker process N times (make crash N=200), and in the tests of
//	                                    package snapshot one that accepts (100 times without)
//	STILLWATER_BENCH_LONG=1             the benchmarks that take minutes too (make bench-long)
//	STILLWATER_DIFFERENTIAL=1h          compare the memory engine with DynamoDB Local for so long (make differential FOR=1h)
//	STILLWATER_DIFFERENTIAL_SEED=N      from this seed, not from the first one
//	STILLWATER_CFN_LINT=FILE            check the template of triggers/deploy with this cfn-lint, which must be there
//	CI=…                                nothing is written into snapshots/
//	NO_COLOR=…                          no colours on a terminal
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
// Topics and buckets as on-failure destinations are not spoken to: what goes there
// is kept in memory. A timeout made by time_out takes no virtual time, as no
// invocation does.
//
// # Where to start
//
// A [Project] is what a team brings: tables, triggers, mutations, views. [Start]
// takes it and an engine; [Harness.Run] runs one scenario, from a file or made by
// [NewScenario], and returns a [Result]; package report prints it. [Harness.Open]
// tells what runs under way wait for. Package scenarios in this repository is the
// worked example.
package harness
