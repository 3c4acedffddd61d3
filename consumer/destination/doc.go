// Package destination is where a batch goes that a function cannot process:
// the on-failure destination of an event source mapping.
//
// The guarantee: what arrives is what Lambda sends, member for member, so that
// what reads the queue in production reads this one, too; and [Destination.Send]
// returns nil only when the service has confirmed that it has the whole message.
// After an error the message may be there or not: it has to be sent again, so it
// arrives at least once.
//
// Start with [ParseTarget], which reads the text of on_failure, and
// [Target.Destination]. [Memory] keeps messages in the process; package sqslocal
// is a queue in the process that a real SDK client can use.
//
// # What is sent
//
// Row names (F1, P12, …) are those of the Lambda reference that the project
// keeps; [?] marks what no source tells.
//
//	target            what arrives
//	SQS queue (name,  a Message as the body; no message attributes [?]
//	URL or ARN)
//	SNS topic (ARN)   the same; no subject, no message attributes [?]
//	S3 bucket (ARN)   an object with the Message and "payload", the event
//	                  {"Records":[…]} as a text (F5), under the key of F6
//
// Kafka topics, which Lambda takes, are refused by name; so are EventBridge buses
// and Lambda functions, which Lambda takes for asynchronous invocations only.
// FIFO queues and topics are refused, since Lambda takes standard ones (DDB-PARAMS
// [doc]). A message has some 800 bytes, far below the 256 KiB of SNS and the 1 MiB
// of SQS.
//
//	condition                 responseContext
//	RetryAttemptsExhausted    functionError "Unhandled" after a function error;
//	                          null when batch item failures used the retries up (F1)
//	RecordAgeExceeded (F4)    none at all (F3; recorded on Kinesis, and presumed
//	                          alike on DynamoDB [?])
//
// approximateInvokeCount is the attempts since the checkpoint last advanced (F2);
// 0 for records that were too old before the first [?].
//
// # A batch that is retried until it expires
//
// With Lambda's default of unlimited retries a batch goes on failing until its
// records leave the stream after 24 hours. We send it with RecordAgeExceeded: age
// ended it, not a number of attempts, and Lambda has no third condition (F4).
// Whether Lambda sends a message at all when the retention of the stream, and no
// limit of the mapping, ends a batch is not documented [?]; its metrics do not
// count such records as dropped (M2). Ours errs on the side of telling.
//
// # Pointers, not records
//
// A message in a queue or from a topic names its records and does not hold them
// (F7): they have to be read back from the stream before they are 24 hours old.
// Of a batch that was retried until it expired nothing is left by then. Two
// remedies: a maximum record age well below 24 hours, which leaves the rest of
// the day to read the records back; or an S3 bucket, whose objects hold them.
package destination
