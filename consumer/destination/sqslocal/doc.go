// Package sqslocal is an SQS endpoint inside the process: standard queues in
// memory that speak SQS's own protocol (AWS JSON 1.0) to a real SDK client. It
// is the on-failure queue of local development and of test runs.
//
// The guarantee: what it accepts it honours. An operation, a parameter or an
// attribute that it does not know is answered with an error that names it,
// never ignored; and with the same seed, clock and calls every answer is the
// same, ids and receipt handles included.
//
// Start with [Start] for an endpoint on the loopback, or with [New] for one that
// is reached without a socket ([Endpoint.Config]), also in a bubble of
// testing/synctest. [Endpoint.Create] makes a queue, [Endpoint.Messages] looks
// into one from Go, and [Endpoint.FailNext] makes calls fail.
//
// # What it does
//
// CreateQueue, DeleteQueue, GetQueueUrl, ListQueues, GetQueueAttributes,
// PurgeQueue, SendMessage with delay and message attributes, ReceiveMessage with
// visibility timeout and long poll, DeleteMessage. Queues have the attributes
// DelaySeconds, MaximumMessageSize, MessageRetentionPeriod,
// ReceiveMessageWaitTimeSeconds and VisibilityTimeout, with the defaults and
// ranges of SQS.
//
// # Differences from SQS
//
//   - Messages come in the order in which they were sent, and one that is visible
//     is always found. SQS promises neither.
//   - A queue is found by the last part of its URL, whatever host and account come
//     before: the URL of a production queue, sent to this endpoint, means its
//     namesake here. Signatures and QueueOwnerAWSAccountId are not looked at.
//   - There is no limit of messages in flight, no wait of 60 s between two purges
//     or before a name can be used again.
//   - FIFO queues, batches, dead-letter queues, encryption, policies, tags and the
//     older query protocol are refused.
package sqslocal
