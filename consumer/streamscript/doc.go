// Package streamscript is a DynamoDB Streams endpoint in memory that does what
// a test tells it to: shards split, roll over, end and are trimmed, iterators
// expire, calls are throttled, fail or break off, streams are disabled, enabled
// anew and forgotten. It serves what a consumer needs and nothing else: it is no
// database, writes come from the test as stream records.
//
// The guarantee: it answers as the service documents it (sections 3 and 10 of
// the Lambda reference) and, where [Quirks] ask for it, as DynamoDB Local was
// measured to (sections 3 and 4 of its reference); and it is deterministic: the
// same calls in the same order get the same answers, since it has no clock, no
// chance and no goroutine of its own. What the memory engine (harness/engine/memory)
// models, too, it answers as that does: TestAsTheMemoryEngine plays one script to both.
//
// Start with [New], [Endpoint.Enable] and [Endpoint.Put]. An [Endpoint] is
// itself the StreamsAPI and the TablesAPI of package consumer; [Endpoint.Client]
// is the SDK's real client on it, which speaks the real protocol over a
// transport in memory, so that it works inside a testing/synctest bubble; and
// an [Endpoint] is an http.Handler for those who want a socket.
//
// What it does not do: the 1 MB limit of a page, AT_TIMESTAMP, ListStreams,
// limits of rates, eventual consistency. Records are handed out as they were
// put: whoever changes one changes it for all.
package streamscript
