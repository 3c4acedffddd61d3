// Command stillwater runs the scenarios of the worked domain, integrates.
//
// Its guarantee is that of package cli, which holds its logic: the exit code
// says what happened, the last line what to do.
//
// Start with `stillwater run --timeline vulnerabilities/closing_the_worst_lowers_every_maximum`.
package main
