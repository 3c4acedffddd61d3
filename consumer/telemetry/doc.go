// Package telemetry makes metrics and log lines of what a consumer tells: its
// occurrences. Neither has a global: the meter provider and the logger are the
// caller's.
//
// The guarantee: the metrics are Lambda's (section 8 of the Lambda reference),
// under Lambda's names and with its meaning, so that a dashboard made for the
// one shows the other; and every log line about an invocation carries its
// request id. Once a mapping is drained each record that it polled is counted
// once more, as filtered out, processed, dropped or delivered to the destination
// (M3), where processed is the count of ProcessingDelay.
//
//	Invocations           count         calls of the function, throttled ones not among them
//	Errors                count         those that ended with a function error, a timeout being one
//	Throttles             count         invocations that were not run, for want of concurrency
//	Duration              ms            of each invocation
//	ConcurrentExecutions  now           invocations that run; a handler that outlives its timeout is none
//	IteratorAge           ms            of the last record of an event, at its hand-over (M1)
//	ProcessingDelay       ms, ours      of each record, from its write to the end of the invocation that processed it
//	DestinationDeliveryFailures  count  messages that the on-failure destination did not take
//
// and for mappings with metrics_config ["EventCount"] (M2), in records:
//
//	PolledEventCount      read from the stream; 0 is reported, too
//	FilteredOutEventCount turned away by the filters
//	InvokedEventCount     handed to the function, again with each attempt
//	FailedInvokeEventCount  of these the ones that failed, as a whole or by the response
//	DroppedEventCount     given up without a destination
//	OnFailureDestinationDeliveredEventCount  given up to the destination
//
// All have the attributes FunctionName and EventSourceMapping. DynamoDB Local
// floors the time of a record to the minute, so there ages and delays are up to
// 60 s too long.
//
// Start with [NewMetrics] and [NewLog]; their Observe goes into
// consumer.Options.Observe, both through consumer.Observers.
package telemetry
