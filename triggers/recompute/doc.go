// Package recompute is the job that brings the indicators of many findings up to
// date: all, those of a group, or named ones. It is the back-fill after a new or a
// corrected indicator, and takes what does not fit into the time of an invocation.
//
// It promises that a job that ended well has computed every finding that was there
// when it began, by the same function as the trigger, however often it was stopped
// and resumed in between; and that with DryRun it writes no finding and says exactly
// what it would change.
//
// Start with [Run], which does the work, and with [Job], which hands it to somebody:
// [Batch] to AWS Batch; a harness has a runner in its own process. [ByName] makes of
// either what the trigger takes as its Job.
//
// It costs what the trigger costs per finding. All findings are found by a scan of
// the whole table, those of a group by a query.
package recompute
