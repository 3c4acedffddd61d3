package mapping

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// field is one key of a trigger: the only place that knows its range.
type field struct {
	key     string
	accepts string           // "a whole number from 1 to 900"
	set     func(v any) bool // false: not what it accepts
	missing func()           // sets the default; nil = required
}

// triggerFields gives the keys of a trigger, to be stored into m.
func triggerFields(m *Mapping) []field {
	var seconds int
	return []field{
		{
			key:     "handler",
			accepts: "the dotted path of a handler",
			set:     text(&m.Handler, `^[^.\s]+(\.[^.\s]+)*$`),
		},
		{
			key:     "table",
			accepts: "the name of a table, 3 to 255 letters, digits, _, - and .",
			set:     text(&m.Table, `^[a-zA-Z0-9_.-]{3,255}$`),
		},
		{
			key:     "batch_size",
			accepts: whole(1, 10_000),
			set:     integer(&m.BatchSize, 1, 10_000),
			missing: func() { m.BatchSize = DefaultBatchSize },
		},
		{
			key:     "enabled",
			accepts: "true or false",
			set: func(v any) (ok bool) {
				m.Enabled, ok = v.(bool)
				return ok
			},
			missing: func() { m.Enabled = true },
		},
		{
			key:     "timeout",
			accepts: whole(1, 900) + " seconds",
			set: func(v any) bool {
				ok := integer(&seconds, 1, 900)(v)
				m.Timeout = time.Duration(seconds) * time.Second
				return ok
			},
			missing: func() { m.Timeout = DefaultTimeout },
		},
		{
			key:     "maximum_retry_attempts",
			accepts: "-1 (until the records expire) or " + whole(0, 10_000),
			set:     integer(&m.MaximumRetryAttempts, -1, 10_000),
			missing: func() {
				m.MaximumRetryAttempts = DefaultMaximumRetryAttempts
				m.RetryDefaulted = true
			},
		},
	}
}

func text(into *string, pattern string) func(any) bool {
	return func(v any) (ok bool) {
		*into, ok = v.(string)
		return ok && regexp.MustCompile(pattern).MatchString(*into)
	}
}

// integer takes a number written as one: neither 1e2 nor 100.0.
func integer(into *int, least, most int) func(any) bool {
	return func(v any) bool {
		number, ok := v.(json.Number)
		if !ok {
			return false
		}
		n, err := strconv.Atoi(number.String())
		*into = n
		return err == nil && least <= n && n <= most
	}
}

func whole(least, most int) string {
	return fmt.Sprintf("a whole number from %d to %d", least, most)
}
