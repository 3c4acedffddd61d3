// Package cli is the stillwater command as a library, so that a team with
// triggers of its own has the same command from a main of five lines:
//
//	func main() {
//		os.Exit(cli.Main(os.Args[1:], cli.Team{Project: myProject, Engine: myEngine, Image: myImage}))
//	}
//
// Its guarantee: the exit code says what happened, the last line what to do.
//
//	0  every run passed
//	1  a snapshot differs, is missing or obsolete
//	2  wrong usage, a mistake in a scenario file, or a step that cannot be done
//	3  a run did not settle
//	4  the environment is not ready: no Docker, no image
//	130  interrupted
//
// Start at [Main].
package cli
