// Package report words the results of runs for people: one line for a run that
// passed; for one that did not, what happened in order, what differs and why,
// and what to type next.
//
// Its guarantee: everything it prints is read from the result and its trace, so
// a report never says what the run did not do; it is plain text that needs no
// colour.
//
// Start at [Line] and [Failure].
package report
