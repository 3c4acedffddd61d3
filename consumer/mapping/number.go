package mapping

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// whole is a key that takes a whole number of a range.
type whole struct {
	key, lambda          string
	unit                 string // "seconds"; "" counts
	least, most, initial int
}

// field makes the field; store takes the number.
func (w whole) field(store func(int)) field {
	return field{
		key: w.key, lambda: w.lambda, accepts: wholeNumber(w.least, w.most, w.unit),
		set: func(n node) []objection {
			v, ok := integer(n)
			switch {
			case !ok:
				return []objection{{at: n.at}}
			case v < w.least:
				return []objection{{at: n.at, lambda: constraint(w.lambda, n.text, "greater than or equal to", w.least)}}
			case v > w.most:
				return []objection{{at: n.at, lambda: constraint(w.lambda, n.text, "less than or equal to", w.most)}}
			}
			store(v)
			return nil
		},
		preset: func() { store(w.initial) },
	}
}

// but lets the field object to some numbers first, in Lambda's words.
func (f field) but(wrong func(int) bool, lambda string) field {
	ordinary := f.set
	f.set = func(n node) []objection {
		if v, ok := integer(n); ok && wrong(v) {
			return []objection{{at: n.at, lambda: lambda}}
		}
		return ordinary(n)
	}
	return f
}

func retryAttempts(m *Mapping) field {
	f := whole{key: "maximum_retry_attempts", lambda: "MaximumRetryAttempts", least: -1, most: core.MaxRetryAttempts}.
		field(number(&m.MaximumRetryAttempts))
	f.accepts = "-1 (until the records expire) or " + wholeNumber(0, core.MaxRetryAttempts, "")
	f.preset = func() { m.MaximumRetryAttempts = DefaultMaximumRetryAttempts }
	return f
}

func recordAge(m *Mapping) field {
	const least, most = 60, 604_800
	f := whole{key: "maximum_record_age_in_seconds", lambda: "MaximumRecordAgeInSeconds", least: -1, most: most, initial: -1}.
		field(func(age int) { m.MaximumRecordAge = time.Duration(max(age, 0)) * time.Second })
	f.accepts = "-1 (no limit) or " + wholeNumber(least, most, "seconds")
	return f.but(func(age int) bool { return age >= 0 && age < least },
		"MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)")
}

// reservedConcurrency has no upper bound in Lambda's API: the quota of an
// account, 1,000 by default, is one.
func reservedConcurrency(m *Mapping) field {
	const most = 1000
	f := whole{key: "reserved_concurrency", lambda: "ReservedConcurrentExecutions", least: 0, most: most}.
		field(func(n int) { m.ReservedConcurrency = &n })
	f.preset = func() {}
	return f.but(func(n int) bool { return n > most },
		"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")
}

func number(into *int) func(int) {
	return func(n int) { *into = n }
}

func seconds(into *time.Duration) func(int) {
	return func(n int) { *into = time.Duration(n) * time.Second }
}

// integer takes a number written as one: neither 1e2 nor 100.0.
func integer(n node) (int, bool) {
	number, ok := n.value.(json.Number)
	if !ok {
		return 0, false
	}
	v, err := strconv.Atoi(number.String())
	return v, err == nil
}

func wholeNumber(least, most int, unit string) string {
	if unit != "" {
		unit = " " + unit
	}
	return fmt.Sprintf("a whole number from %d to %d%s", least, most, unit)
}

// constraint is how Lambda's API refuses a number out of range. Its names begin
// in lower case there.
func constraint(lambda, value, bound string, limit int) string {
	return fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: Member must have value %s %d",
		value, lowerFirst(lambda), bound, limit)
}
