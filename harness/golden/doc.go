// Package golden holds tests to files: what a test gets is compared with what
// its testdata says, and STILLWATER_UPDATE=true writes it there instead. Only
// tests import it.
//
// The guarantee: nothing is ever written where CI is set, or on a word other than
// true or 1; a file that is missing fails the test; and every difference comes
// with the command that accepts it.
//
// Three forms, for three kinds of test:
//
//   - [File]: one text, one file.
//   - [Archive] and [Archives]: what goes in and what comes out in one txtar
//     archive, as the collections of mistakes are.
//   - [Transcripts] and [Replay]: a conversation with something that has state, a
//     command, a line "----", and what comes of it.
package golden
