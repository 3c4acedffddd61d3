// Package function is the shell around a trigger in Lambda: it reads the
// environment, makes the clients and the telemetry, builds the trigger and serves
// its invocations through aws-lambda-go. The commands below triggers/cmd/lambda are
// one call of it each.
//
// It promises that a trigger is in Lambda what it is in the tests: the handler that
// its constructor returns, called with Lambda's JSON, and nothing between them that
// changes an event, a response or an error. What keeps a function from starting is
// reported like any error.
//
// Start with [Main]; triggers.go builds each trigger.
package function
