// Command stillwater runs the scenarios of the worked domain, integrates.
//
// Its guarantee is that of package cli, which holds its logic: the exit code
// says what happened, the last line what to do.
//
// Start with `stillwater run --timeline vulnerabilities/close_one`.
package main
