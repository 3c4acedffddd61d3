package model

import (
	"fmt"
	"time"
)

// dateLayout drops a fraction that is zero, and the zone: dates are written in UTC.
const dateLayout = "2006-01-02T15:04:05.999999999"

// FormatTime writes an instant as the table keeps it: ISO 8601 in UTC with
// offset, "2024-09-19T10:00:00+00:00", with a fraction only when it is not zero.
// Such texts sort as their instants do: '+' comes before '.' and the digits.
func FormatTime(t time.Time) string { return t.UTC().Format(dateLayout) + "+00:00" }

// ParseTime reads a date of the table and returns its instant in UTC. Older
// items hold dates without a zone: those are UTC.
func ParseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		// Parse accepts a fraction of a second after any of them.
		if t, err := time.Parse(layout, s); err == nil && !t.IsZero() {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("date: %q: not ISO 8601 like 2024-09-19T10:00:00+00:00", s)
}
