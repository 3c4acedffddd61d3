// Package observability is how a trigger in production tells people what it does:
// errors to Bugsnag (project integrates-streams), traces and logs over OTLP, which
// is what Coralogix takes, and structured logs to the log group.
//
// It promises two things. Nothing leaves the process unless it is configured: the
// zero [Options] send nothing anywhere. And what could not be delivered never fails
// or holds up an invocation: every delivery is bounded, and its failure is a line
// of the log.
//
// Start with [Start]; [Telemetry.Handler] puts it around a handler, so that its
// errors, its panics and an end of its time that draws near are reported. All else
// knows only [Reporter].
package observability
