// Package testevent builds the events that Lambda hands to a DynamoDB Streams
// trigger, from the images of items before and after a change. A handler is
// called with them directly: no table, no stream, no consumer.
//
// It promises that the JSON is the one Lambda sends: the same members as the
// consumer writes for the same record (a test compares the two).
//
// Start with [Stream], whose zero value is the stream of integrates_vms, and with
// [Insert], [Modify] and [Remove].
package testevent
