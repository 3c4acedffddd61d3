// Package sink makes sure that a test run cannot write to a real account by
// accident. It isolates the process: every variable that the AWS SDK reads is taken
// away, dummy credentials take their place, and AWS_ENDPOINT_URL names a server on
// the loopback that answers each call with one error, which is not retried:
//
//	trigger indicators built its own client; take it from Environment.AWS
//
// Its guarantee: a client that takes its configuration from the environment while a
// [Sink] is open sends nothing outside this machine, each of its calls is told to
// [Sink.OnStray] before it is answered, and [Sink.Close] gives the environment back
// exactly as it was.
//
// What it cannot see: a configuration that was loaded before Isolate (a
// package-level variable of a trigger), and a client that names its endpoint or its
// credentials in code.
//
// Start at [Isolate].
package sink
