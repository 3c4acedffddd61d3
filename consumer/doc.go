// Package consumer reads a DynamoDB stream as Lambda's event source mapping
// does, and calls Lambda handlers with what it reads. It is importable alone
// and knows nothing of tests.
//
// It holds what acts: [Shards] finds the shards of a stream, a [Reader] reads
// one of them, [NewRecord] and [Event] build the JSON that Lambda would send,
// and a [Function] calls a handler with it. What decides (when to read, invoke,
// retry, give up, checkpoint) is the pure state machine in consumer/core;
// consumer/mapping parses triggers.json; consumer/destination takes the batches
// that cannot be processed.
//
// The guarantee: a handler that works here gets the bytes and the signature
// rules that it gets in Lambda, so it can be deployed unchanged; and a [Reader]
// neither skips nor repeats a record, whatever iterators expire meanwhile.
//
// Start with [Shards], [NewReader] and [NewFunction], and with core.New for the
// loop between them.
//
// # Differences from Lambda
//
//   - A batch is not cut at the payload limit of 6 MB (row P3 of the Lambda
//     reference).
//   - A panic in a goroutine that a handler started ends the process, as in
//     Lambda; one in the handler itself is a function error and the execution
//     environment lives on, where Lambda starts a new one.
package consumer
