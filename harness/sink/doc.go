// Package sink is the place where AWS calls end that nobody meant to make.
package sink
