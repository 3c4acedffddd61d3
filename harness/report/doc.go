// Package report words the results of runs. For people: one line for a run that
// passed; for one that did not, what happened in order, what differs and why, and
// what to type next. For programs: the same as JSON, JUnit's XML and annotations
// of GitHub. For a single value: where it comes from, or why it was not written.
//
// Its guarantee: everything it prints is read from the result and its trace, so
// a report never says what the run did not do; what is for people needs no
// colour, and colours add nothing but colour.
//
// Start at [Format] with [Text], [JSON], [JUnit] and [GitHub]; at [Failure] for
// one result, and at [Why] for one value.
package report
