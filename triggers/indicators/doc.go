// Package indicators is the trigger that keeps the indicators of a finding: the
// counts, maxima, totals and dates over its vulnerabilities, in the finding's map
// unreliable_indicators.
//
// It promises that once every record of a finding was handled, its indicators are
// what [Compute] says of the items in the table, however records were batched,
// repeated or run beside each other. It never adds or removes one: per finding
// and batch it reads everything, computes, and writes what changed.
//
// Start with [Trigger.Handle], then settle.go, the loop of reading, computing,
// writing and verifying. registry.go lists the indicators; each has a file and a
// test table of its own name.
//
// What goes in: records of vulnerabilities (any event), and of findings that are
// new or changed severity_score or state.status. What comes out: at most one
// update at a time of the finding, which the stream delivers here again and which
// changes neither of the two: it is dropped without any call, so nothing loops.
//
// What does not fit the time of an invocation goes to a job by the names of its
// findings (budget.go): package recompute computes them by the same function, some
// time later.
//
// What it costs: per finding and batch one consistent reading of the finding and
// one query of all its vulnerabilities, to the last page (1 MB, some 128 read units,
// each). If something changed, one write, and the pages of one more query that
// verifies it. Computing takes less than a millisecond per 1,000 vulnerabilities.
package indicators
