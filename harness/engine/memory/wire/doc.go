// Package wire is how clients speak to an engine over HTTP: the protocol AWS
// JSON 1.0 of DynamoDB_20120810 and DynamoDBStreams_20120810.
//
// [Handler] turns a request into the input struct of the AWS SDK, hands it to a
// [Dispatch], and turns the output struct, or the error, into what the service
// would send. It knows no tables: whatever answers SDK inputs can stand behind it.
//
// The guarantee: what an SDK client sends arrives equal, and what Dispatch
// returns reaches the client equal, errors with all their members included. What
// no client sends (no JSON, the wrong types, any depth or size) is refused as the
// service refuses it, and never ends the process.
//
// Outputs and errors are written by the SDK's own schemas (encode.go); inputs
// have none for reading, so they are filled by reflection (decode.go). [Decode]
// and [Encode] are the same for those who need no HTTP.
//
// Start at [Handler].
package wire
