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
// instead and how that is known: "local:" and "because:". What DynamoDB Local cannot
// be made to do (its one shard never closes) is shown on the memory engine alone, by
// its controls; such a case names the documentation that it follows. No case was run
// against the service itself. All cases are listed in testdata/list.txt, with a mark
// at each difference and at each case for the memory engine only.
//
// TestDifferential plays random requests to the memory engine and to DynamoDB
// Local and compares their answers and their streams. The requests come in
// sequences: the first one from seed 0, each from the seed after the last, so
// that a short run is the beginning of every longer one and finds what that one
// finds. Two variables change the run:
//
//	STILLWATER_DIFFERENTIAL=20m         go on for so long; 15 sequences otherwise
//	STILLWATER_DIFFERENTIAL_SEED=1000   start from this seed
//
// The last line says how many sequences from which seed ran, a failure how to
// have its sequence again.
//
// Start at [Cases]; cases.go describes the form of a case, notation.go how values
// are written.
package conformance
