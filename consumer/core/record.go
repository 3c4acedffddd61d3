package core

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Record is one stream record as a lane sees it. A lane shares the records it
// is given with its clones and never changes them; neither may anyone else.
type Record struct {
	// Sequence is the sequence number, a decimal string: "000000000000000000004".
	Sequence string
	// Key identifies the item: records of one item have the same. It decides
	// which of several lanes a record goes to; with one lane it may be "".
	Key string
	// Arrived is when the stream received the record; the zero time means
	// unknown, and such a record never expires.
	Arrived time.Time
	// Body is Lambda's JSON of the record, handed to the function as it is.
	Body json.RawMessage
	// Filtered says that the filters of the mapping turned the record away: it
	// moves the position, and no function ever sees it (L2).
	Filtered bool
}

// CompareSequence orders two sequence numbers of one shard: -1, 0 or +1. They
// are decimal numbers of 21 to 40 digits, too wide for an integer, and compare
// by value: leading zeros do not count.
func CompareSequence(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// later is the higher of two sequence numbers.
func later(a, b string) string {
	if CompareSequence(a, b) < 0 {
		return b
	}
	return a
}

// span names a run of records: "3 records 101–103", "1 record 101".
func span(records []Record) string {
	switch n := len(records); n {
	case 0:
		return "no record"
	case 1:
		return "1 record " + records[0].Sequence
	default:
		return fmt.Sprintf("%d records %s–%s", n, records[0].Sequence, records[n-1].Sequence)
	}
}

// place names a checkpoint; before the first one a lane stands at TRIM_HORIZON.
func place(sequence string) string {
	if sequence == "" {
		return "TRIM_HORIZON"
	}
	return sequence
}
