// Package memory is an engine that answers the DynamoDB and DynamoDB Streams API
// in the process of the test: nothing is started, nothing is sent.
//
// A [Database] takes the inputs of the SDK's operations and gives their outputs
// and errors ([Database.Do]). [Client] and [StreamsClient] are the same as
// methods; SDK clients made of [engine.Database.Config] are answered before they
// serialise anything. Tables are copy-on-write trees, so that [Database.Clone]
// costs microseconds whatever they hold.
//
// The guarantee: the same calls at the same times of the clock give the same
// answers, down to ids and sequence numbers, and every item mutation of a database
// moves one dense counter by one, so quiescence is decided as on DynamoDB Local.
// Streams are those of the service's documentation: shards split, roll over and
// close, iterators expire after 15 minutes, records are trimmed after 24 hours.
//
// Refusals are worded as the service words them: as in dynalite's tests and in the
// catalogue DDB-TABLE-442 of ack-api-quirks (October 2026), which were both taken
// from the service. Where neither knows, the words are DynamoDB Local's.
//
// It is a test engine: one process, no files, and what DynamoDB offers beyond
// tables, items and streams (PartiQL, backups, global tables) is answered by
// UnknownOperationException.
//
// Start at [New], or at [NewDatabase] where no engine is needed.
package memory
