// Package trace is the append-only log of one run, which settle, snapshot,
// report and the reader of a failure all look at: mutation → write → record →
// batch → invocation → write …, each event with links to what caused it.
//
// Its guarantee: an event never changes once it is appended, its id is a
// function of what happened and not of when (two runs of one scenario give the
// same [Log.Canonical] lines, unless handlers call AWS from several goroutines at
// once), and every cause it names was appended before it.
//
// Start at [Log] for writing, at [Log.Chain] for reading backwards.
package trace
