// Package archive is the trigger that keeps what is removed: findings,
// vulnerabilities and their history go to an archive table as they were last.
//
// It promises that every removed one of them is in the archive exactly as its
// first removal left it, however often and in which order records are delivered:
// an item is inserted if its key is absent, and never changed. What was never
// released (a main item whose last state is DELETED) is not kept; its history is.
//
// Start with [Trigger.Handle]; keep.go decides what is kept.
//
// It writes another table than the one whose stream it gets, so that it never
// gets its own writes; it refuses to work on one and the same. A batch of n
// records costs at most n puts and no read.
package archive
