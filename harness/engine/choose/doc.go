// Package choose starts the engine that somebody named: on a command line, in
// STILLWATER_ENGINE, or nowhere.
//
// Its guarantee: whatever it starts passed the self-test that quiescence rests on,
// and nobody is left in doubt which it is: a name that it does not know is an
// error and never a default, auto says in one line what it took, and where CI is
// set auto is refused, since there an engine that is missing must not go unseen.
//
// Start at [Start]; for tests there is [ForTests]. The functions fit into
// cli.Team, suite.Options and bind.Options.
package choose
