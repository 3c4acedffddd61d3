// Package gate lets the AWS calls of handlers and writers through one at a time.
//
// Its guarantee: between two granted calls nothing else is written through the
// gate, so the stream records found after a call are exactly that call's; and a
// call counts as in flight until its last HTTP request got its answer, also when
// its caller gave up long before.
//
// Each handler (and each writer) runs as a [Task] in its own goroutine and stops
// at every AWS call until the goroutine that called [Gate.Run] grants it. Calls
// are recognised by the client they come through: every execution environment
// has its own (see [Actor.Config]), so an invocation is known even when a
// handler drops the context.
//
// A task that has ended makes no more calls: they are refused, traced, and kept
// for the verdict ([Gate.Late], [Gate.Leftovers]).
//
// Where the consumer itself runs the handlers, each in its own goroutine, the gate
// serves ([Gate.Serve], [Gate.Do]): calls pass in the order of their arrival, with
// the same guarantee.
//
// Start at [New], [Gate.Actor] and [Gate.Run].
package gate
