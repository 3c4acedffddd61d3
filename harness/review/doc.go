// Package review lets a person look at what runs proposed and decide: accept,
// reject, or later. It does so on a full screen ([Screen]) and by plain functions
// ([Pending], [Accept], [Reject]), for scripts and for those without a terminal.
//
// Its guarantee: nothing becomes a snapshot that was not decided on by name or by
// key, and what is accepted is the text that was shown: if a run replaced it in
// between, accepting it is refused.
//
// Changes that are the same in many snapshots are one [Group]: shown once, decided
// as one.
//
// Start at [Pending], and at [Screen].
package review
