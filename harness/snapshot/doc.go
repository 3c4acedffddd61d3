// Package snapshot compares what a scenario shows in the end with what it showed
// when somebody last looked and agreed.
package snapshot
