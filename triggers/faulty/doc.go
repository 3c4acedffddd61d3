// Package faulty is the bug zoo: triggers that are wrong on purpose, each in one way
// that teams really get wrong, in a file named after its bug.
//
// Its guarantee: each differs from the shipped trigger by fewer than 30 lines of
// code, those of its file, and every one is caught by a scenario, by its own
// symptom: a test in package scenarios runs the suite over each and records in
// ZOO.md which scenario that is. Without their bugs the same constructions pass
// every scenario ([Harmless]).
//
// A bug is a wrapper round the shipped trigger: a client that changes what is asked
// or answered, a handler that changes the event, or one of the three constructions
// that several bugs share: keeping.go (an indicator that is carried on from its
// stored value), counting.go (counted by ±1, as the indicators once were) and
// misreporting.go (an indicator that is computed otherwise).
//
// Start with [All]. To add a bug, write its file, add it to All, and run make zoo.
package faulty
