// Package runs keeps what is known of the last run of each scenario that did not
// pass, in a folder of its own beside the pending snapshots, so that reports,
// [report.Why] and the review can look at it after the process has ended.
//
// Its guarantee: what [Open] gives is the result that [Write] was given, in all
// that a report reads; and a run that passed leaves nothing behind.
//
//	.runs/vulnerabilities/close_one/
//	  report.txt      the whole failure report, with every line of the timeline
//	  diff.txt        the comparison, with causes, if the snapshot differs
//	  trace.ndjson    the trace, an event a line
//	  images.ndjson   the items before and after each record, a record a line
//	  rerun.txt       the command that runs it again
//	  result.json     what else Open needs; a folder without it is not complete
//	.runs/vulnerabilities/close_one.snap.new   the pending snapshot
//	.runs/latest                               a link to the last run written
//
// Start at [Write] and [Open].
package runs
