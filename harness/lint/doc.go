// Package lint holds the rules of the house as ordinary tests: who may import
// whom, where the clock may be read, what a package must say about itself, how
// long a file may be, what lies at the top level, and that the README tells the
// truth. It contains tests only; nothing imports it.
//
// Its guarantee: every rule is stated with its reason, is checked on every file
// of the repository whatever its build tags, and is shown to be able to fail. A
// permission that nobody uses any more is a finding as well, so the tables say
// what is, not what was.
//
// Start at lint_test.go, which lists the rules; each rule has a file of its own
// with its table above and its proof that it can fail below. `make lint` and
// `make test` both run them.
package lint
