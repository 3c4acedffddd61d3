// Package conformance is one suite of cases for every engine: what operations on
// tables, items, indexes and streams answer, errors included.
//
// The cases are text, in cases/*.txt: each is one feature of one operation, with
// the requests that show it and the answers that are expected. [Cases] reads
// them, a [Runner] plays them against a database through the SDK's clients. The
// tests here do so with the memory engine, with the memory engine over HTTP and
// with DynamoDB Local.
//
// The guarantee: a case expects what the service does as far as that is known
// (documentation, the tests of dynalite and Alternator), else what DynamoDB Local
// does. DynamoDB Local must answer the same, unless the case says what it answers
// instead and how that is known: "local:" and "because:". No case was run against
// the service itself. All cases are listed in testdata/list.txt,
// with a mark at each such difference.
//
// Start at [Cases]; cases.go describes the form of a case, notation.go how values
// are written.
package conformance
