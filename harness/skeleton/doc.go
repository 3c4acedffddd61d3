// Package skeleton is what stillwater init writes: a small project of another
// team, with a table, a trigger, a mutation, a fixture, a scenario with its
// snapshot, a go test and a command of its own.
//
// Its guarantee: the skeleton compiles and passes as it is written (a script of
// package cli runs it in a module of its own), and [Write] writes all of it or,
// where one of its files exists, nothing.
//
// The files are below files/, as they are written but for two things: names of Go
// files end in .tmpl here, so that they are not part of this module, and the module
// is called example.com/orders.
//
// Start at [Write].
package skeleton
