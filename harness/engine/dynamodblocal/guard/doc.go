// Package guard runs a last command when this process is gone, in whatever way.
//
// Deferred calls and signal handlers do not run in a process that panics, calls os.Exit or is killed; and a library that
// catches signals gets in the way of the handlers of Ginkgo and of the command line. A guard is a child process that
// waits at a pipe, which closes in every case.
//
// The guarantee: the command runs unless the guard was dismissed or was killed as well.
//
// Start at [Start].
package guard
