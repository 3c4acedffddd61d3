// Package cli is the stillwater command as a library, so that a team with
// triggers of its own has the same command from a main of five lines:
//
//	func main() {
//		os.Exit(cli.Main(os.Args[1:], cli.Team{Project: myProject, Engine: myEngine, Image: myImage}))
//	}
//
// Its guarantee: the exit code says what happened, the last line what to do, or
// how many runs passed where there is nothing to do.
//
//	0    every run passed
//	1    a snapshot differs, is missing or obsolete
//	2    wrong usage, a mistake in a scenario file, or a step that cannot be done
//	3    a run did not settle
//	4    the environment is not ready: no Docker, no image
//	70   a panic outside of a handler: a defect of stillwater, or of a Go function
//	     that the project gave it (a mutation, a seed, a view)
//	130  interrupted (SIGINT)
//	143  terminated (SIGTERM)
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
