// Package choose starts the engine that somebody named: on a command line, in
// STILLWATER_ENGINE, or nowhere.
//
// Its guarantee: whatever it starts passed the self-test that quiescence rests on,
// and a name that it does not know is an error and never a default.
//
// Start at [Start]; for tests there is [ForTests]. The functions fit into
// cli.Team, suite.Options and bind.Options.
package choose
