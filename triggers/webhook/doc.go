// Package webhook is the trigger that tells a group's endpoint over HTTP which of
// its vulnerabilities were reported, edited or deleted.
//
// It promises that every such change is told at least once, or its record is among
// the batch item failures that the handler returns; and that every telling of one
// record is the same request, with the same idempotency key, so that a receiver
// can drop what it has had.
//
// Start with [Trigger.Handle]; news.go decides what is told, notification.go is
// what an endpoint gets, deliver.go how it is sent.
//
// It writes no table, so its own writes never come back. Two writes that belong to
// one change do come, of which the second only moves the item in an index: that
// echo is dropped without any call.
//
// A batch costs one query per group, one read per finding that a vulnerability was
// inserted into, and one request per notification. An endpoint that does not
// answer costs [Options.Attempts] requests of [Options.Timeout] and is given up for
// the rest of the batch, whose records for it then fail: the order that it sees is
// kept, and the other groups are not kept waiting. So is the order of what it hears
// of one vulnerability when a single notification fails.
package webhook
