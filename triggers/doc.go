// Package triggers holds the triggers of the worked domain, integrates: the
// Lambda functions that react to the stream of the table integrates_vms, one
// package each.
//
// It promises that a trigger can be lifted to Lambda unchanged: it is built by a
// constructor from SDK and standard-library types, and it imports neither the
// consumer nor the harness.
//
// Start with triggers.json, the configuration of every trigger, then read
// indicators, and model for the items of the table.
package triggers
