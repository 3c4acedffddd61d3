// Package triggertest is the unit tier of a trigger's tests: its handler is called
// directly with the event of a change, on tables in memory, and everything that it
// did to them is seen. No stream is read and no consumer runs.
//
// It promises that nothing of an invocation stays unseen: [Outcome.Changes] are the
// differences of all tables, also where they do not belong, and Calls lists every
// call. The tables are those of fixtures/tables, indexes and all; the calls follow
// the rules of DynamoDB, since harness/engine/memory answers them.
//
//	db := triggertest.New(t)
//	db.Seed(finding, vulnerability)
//	change := db.Put(closed)
//	outcome := db.Invoke(trigger.Handle, change)
//	// compare outcome.Lines() with what is to become of the tables
//
// Start with [New] and [Database.Invoke]. Of calls it makes those that the triggers
// here need: one that needs another adds a method in client.go.
package triggertest
