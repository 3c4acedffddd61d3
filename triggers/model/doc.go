// Package model is the data model of the worked domain, integrates: the items
// of its one table, their keys, their dates and their scores.
//
// It promises one thing: what it reads and what it writes mean the same. A
// value that does not exist is an absent attribute, never NULL and never an
// empty string, while all three are read as absent; dates are read with or
// without a zone and written with +00:00; numbers stay decimal text from the
// table and back, never a float64.
//
// Reading is strict about what it does not understand (a wrong attribute type,
// a malformed date, a status outside its closed set) and lenient about what is
// missing, because an item written by hand may lack anything.
//
// Start with [Vulnerability] and [Finding]: ParseX reads an item, Item writes
// it with all its keys. keys.go holds the key of every entity, sets.go the
// predicates that keys and indicators are built from, score.go the scores.
package model
