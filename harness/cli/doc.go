// Package cli is the stillwater command as a library, so that a team with
// triggers of its own has the same command from a main of five lines:
//
//	func main() {
//		os.Exit(cli.Main(os.Args[1:], cli.Team{
//			Project: orders.Project, Engine: choose.Start, Image: choose.Image, Examine: choose.Examine,
//		}))
//	}
//
// Its guarantee: the exit code says what happened, the last line what to do, or
// how many runs passed where there is nothing to do.
//
//	0    every run passed, or was skipped; nothing is left to do
//	1    a snapshot differs, is missing or obsolete; a value is not the expected one;
//	     results are pending; fmt -l or -d found something
//	2    wrong usage, a mistake in a scenario file, or a step that cannot be done
//	3    a run did not settle
//	4    the environment is not ready: no Docker, no image
//	70   a panic outside of a handler: a defect of stillwater, or of a Go function
//	     that the project gave it (a mutation, a seed, a view)
//	130  interrupted (SIGINT)
//	143  terminated (SIGTERM)
//
// # From a run to a snapshot
//
// A run writes nothing below snapshots/. What differs is kept below .runs/ with its
// trace, and is made a snapshot by a person:
//
//	stillwater run                       what differs, with causes
//	stillwater review                    on a screen; a list where there is no terminal
//	stillwater accept NAME…              and reject NAME…, for those without one
//	stillwater why NAME#LABEL/PATH       where a value comes from, or why it is not there
//	stillwater run --review              a run and a review: make snapshots
//
// --format json and --format junit give programs a whole document on the standard
// output, and people the summary on the other; github annotates lines of YAML, and
// appends to GITHUB_STEP_SUMMARY.
//
// On a terminal a line below the results tells what is running, and results have
// colours unless NO_COLOR is set. SIGUSR1 prints what every run under way waits for.
//
// # stillwater up
//
// A database of its own with the project's tables, a fixture, and the triggers as
// stillwater consume runs them, until a signal; nothing is kept. It ends as consume
// does.
//
// # stillwater consume
//
// The daemon of local development (package daemon) runs until a signal: 130 or 143
// is how it ends well. What runs is finished first, for at most 30 seconds; a
// second signal ends the process at once. It ends with 2 or 4 where it cannot begin.
//
//	stillwater consume --endpoint http://127.0.0.1:8000     until stopped
//	stillwater consume status                               of all that run
//	stillwater consume pause TRIGGER
//	stillwater consume resume TRIGGER                       also after a loop
//
// Its last line is not what to do, unless it was a loop; --json prints a
// daemon.Line on each.
//
// # Panics
//
// A panic of a handler is a function error, as on Lambda. One in a goroutine that
// a handler started cannot be caught by anybody: Go itself then ends the process
// with exit code 2 and a dump of goroutines, and the next run removes the
// container that was left.
//
// Start at [Main].
package cli
