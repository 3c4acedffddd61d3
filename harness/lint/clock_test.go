package lint_test

import (
	"go/token"
	"slices"
	"testing"
)

// clockPermit lets some files use the real clock, or go to sleep on it.
type clockPermit struct {
	where   []string // folders or files
	names   []string // of package time
	because string
}

// waits never belong in the project: what they stand for has a condition that
// can be waited for.
func waits() []string { return []string{"Sleep", "After", "Tick"} }

// reads make the outcome depend on the real clock; time comes from a clock
// function that the caller gives.
func reads() []string {
	return []string{"Now", "Since", "Until", "NewTimer", "NewTicker", "AfterFunc"}
}

// clockPermits is the whole list of places that know what time it is.
func clockPermits() []clockPermit {
	return []clockPermit{{
		where:   []string{"harness/live.go"},
		names:   []string{"NewTimer"},
		because: "a live run has no virtual clock: what makes no progress is given up in real time",
	}, {
		where:   []string{"consumer/clock.go", "harness/daemon/clock.go"},
		names:   []string{"Now", "NewTimer"},
		because: "what runs for people runs on the real clock, where nobody gives it another",
	}, {
		where:   []string{"harness/engine/choose"},
		names:   []string{"Now"},
		because: "a database that somebody named has records as old as they are, as a container's: a live run looks at their age",
	}, {
		where:   []string{"harness/engine/dynamodblocal"},
		names:   []string{"NewTicker", "NewTimer", "AfterFunc"},
		because: "containers, registries and the locks of other processes live in real time and tell nobody when they are ready",
	}, {
		where:   []string{"harness/gate"},
		names:   []string{"Now", "Since", "AfterFunc", "NewTimer", "NewTicker"},
		because: "a handler's deadline is real by design, a watchdog must not depend on what it watches, and the runtime tells nobody when a goroutine ends",
	}, {
		where:   []string{"harness/harness.go", "harness/attempt.go", "harness/invoke.go", "harness/step.go"},
		names:   []string{"Now", "Since"},
		because: "the timeline shows how long a run, its calls and its settling took; nothing is decided by it",
	}}
}

func checkClock(t *tree) []finding { return clockFindings(t, clockPermits()) }

func clockFindings(t *tree, permits []clockPermit) []finding {
	var found []finding
	used := make([]bool, len(permits))
	for _, file := range t.files {
		t.uses(file, "time", func(name string, pos token.Pos) {
			if !clockForbidden(file, name) {
				return
			}
			for i, p := range permits {
				if slices.Contains(p.names, name) && (matchesAny(p.where, file.dir()) || matchesAny(p.where, file.path)) {
					used[i] = true
					return
				}
			}
			found = append(found, file.finding(pos, "time.%s: %s", name, clockAdvice(name)))
		})
	}
	for i, p := range permits {
		if !used[i] {
			found = append(found, finding{"harness/lint/clock_test.go", 0,
				"nobody uses the permit to use time." + p.names[0] + " in " + p.where[0] + ": remove it"})
		}
	}
	return found
}

// clockForbidden: a test may look at the clock and guard itself by a timer, but
// it may not sleep either.
func clockForbidden(file *source, name string) bool {
	if file.test() {
		return name == "Sleep" || name == "Tick"
	}
	return slices.Contains(waits(), name) || slices.Contains(reads(), name)
}

func clockAdvice(name string) string {
	if slices.Contains(waits(), name) {
		return "wait for the condition itself, never for time to pass"
	}
	return "take a clock function from the caller, or add a permit with its reason to harness/lint/clock_test.go"
}

func TestEveryClockPermitHasAReason(t *testing.T) {
	for _, p := range clockPermits() {
		if p.because == "" || len(p.where) == 0 || len(p.names) == 0 {
			t.Errorf("permit for %v in %v gives no reason", p.names, p.where)
		}
	}
}

func TestClockRuleCanFail(t *testing.T) {
	sleeps := "package x\nimport \"time\"\nfunc f() { time.Sleep(1) }\n"
	reads := "package x\nimport clock \"time\"\nvar _ = struct{ now func() clock.Time }{clock.Now}\n"
	prove(t, checkClockWithoutPermits, []proof{
		{"sleep", []string{"a/a.go", sleeps}, []string{"a/a.go:3: time.Sleep: wait for the condition"}},
		{"sleep in a test", []string{"a/a_test.go", sleeps}, []string{"a/a_test.go:3: time.Sleep"}},
		{"the clock passed on under another name", []string{"a/a.go", reads}, []string{"a/a.go:3: time.Now: take a clock"}},
		{"the clock in a test", []string{"a/a_test.go", reads}, nil},
		{"a duration is no clock", []string{"a/a.go", "package x\nimport \"time\"\nconst d = time.Second\n"}, nil},
		{"another package called time", []string{"a/a.go", "package x\nimport \"example.com/time\"\nvar _ = time.Now\n"}, nil},
	})
	permitted := func(where string) func(*tree) []finding {
		return func(t *tree) []finding {
			return clockFindings(t, []clockPermit{{[]string{where}, []string{"Sleep"}, "a proof"}})
		}
	}
	prove(t, permitted("a/a.go"), []proof{{"permitted file", []string{"a/a.go", sleeps}, nil}})
	prove(t, permitted("a/..."), []proof{{"permitted folder", []string{"a/b/a.go", sleeps}, nil}})
	prove(t, permitted("b"), []proof{{"a permit that nobody uses", []string{"a/a.go", sleeps}, []string{"time.Sleep", "nobody uses the permit"}}})
}

func checkClockWithoutPermits(t *tree) []finding { return clockFindings(t, nil) }
