// Package daemon is the consumer of local development: it runs the triggers of a
// project against a live table of DynamoDB Local until it is stopped, and prints
// what they do. The command is stillwater consume.
//
// Its guarantee: it does with a stream what Lambda would, with the consumer that
// ships (package consumer); nothing that a handler does leaves this computer by
// accident; and a mapping that feeds itself is paused, never another one.
//
// Start at [Run].
//
// # What goes on by itself
//
// A table that does not exist yet, that is dropped and created again, an endpoint
// that goes away: each is said once, and waited for. Positions are in DynamoDB, in
// a lease table for each mapping, so a daemon that is started again goes on where
// the last one stopped. To begin anew, delete the lease table.
//
// # Loops
//
// Lambda does not see a loop that goes through a stream, and a trigger that writes
// to its own table may run for ever. Handlers make their AWS calls through a gate
// (package gate) that ties to each call the records it wrote, so the causes of
// each invocation are known: record ← write ← invocation ← record …
//
// An invocation is as deep as the least deep record of its batch, and one: 1 if
// another program wrote one of them. So no mapping is taken for a loop only
// because its batches mix what it wrote itself with what others write all the
// time; but others who do that can hide a loop for as long as they do. A mapping
// is paused when an invocation of it is deeper than [Options].Depth, and the
// mapping is among the last of its own causes, as many of them as mappings run:
// one that only reads what a loop writes goes on. The chain is printed, and the
// command that resumes it. A mapping that is resumed may go as deep again.
//
// Records of other programs are told from those of a call by the time and by the
// item (see gate.Options, Shared). Causes are in memory, and the oldest are
// forgotten: after a new start, or for records that waited long, depth begins anew.
//
// # No way out
//
// Handlers get clients for the endpoint alone, whose requests to any other host
// fail, and the process has no AWS credentials, profiles or endpoints but dummies
// (package sink). Hosts of AWS are refused as endpoints. Batches that are given up
// go to queues in this process, or to those of another local endpoint; what is
// meant for a topic or a bucket is printed and not sent.
//
// # Jobs
//
// A job that a handler submits runs in this process beside everything else, and its
// calls pass the gate. A stop waits for it as it does for handlers; what is not done
// by then is not done: on AWS it would go on.
//
// # What is different
//
// Handlers run concurrently, as on Lambda, but their AWS calls pass one at a time.
// DynamoDB Local stamps records by the minute, so the age of a record, and with it
// the iterator age, is up to 60 s too high. What an invocation leaves behind, a
// goroutine that goes on, can make no AWS call any more: that is printed.
package daemon
