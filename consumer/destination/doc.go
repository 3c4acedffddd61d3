// Package destination is where a batch goes that a function cannot process:
// the on-failure destination of an event source mapping.
//
// The guarantee: a [Message] marshals to the body that Lambda sends to SQS and
// SNS, member for member, so that what reads the queue in production reads this
// one, too. As there, it carries pointers and no records (row F7 of the Lambda
// reference): they have to be read back from the stream within 24 hours.
//
// Start with [NewMessage] and [Memory]. SQS comes later.
package destination
