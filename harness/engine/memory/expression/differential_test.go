package expression_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// longVariable makes TestAgainstDynamoDBLocal draw requests for so long, "1h"
// for instance, with a new seed each time, and shrink what it finds.
const longVariable = "STILLWATER_DIFFERENTIAL"

// draws is how many requests of each sort are drawn otherwise. They are always
// the same ones.
const draws = 150

func sorts() map[string]func(generator) trial {
	return map[string]func(generator) trial{
		"updates":        generator.updateTrial,
		"single actions": generator.actionTrial,
		"conditions":     generator.conditionTrial,
		"projections":    generator.projectionTrial,
		"queries":        generator.queryTrial,
		"legacy":         generator.legacyTrial,
	}
}

// DynamoDB Local is the oracle: the transcripts, the limits and drawn requests
// come to the same there, to the letter of the error message, or a difference
// that is listed explains why not. Every difference of the list is met.
func TestAgainstDynamoDBLocal(t *testing.T) {
	if testing.Short() {
		t.Skip("compares pure functions with a container, for long")
	}
	e := startLocal(t)
	seen := &met{}
	t.Run("all", func(t *testing.T) {
		t.Run("transcripts", func(t *testing.T) {
			t.Parallel()
			seen.part()
			againstTranscripts(t, &judge{local: openLocal(t, e), met: seen})
		})
		t.Run("limits", func(t *testing.T) {
			t.Parallel()
			seen.part()
			j := &judge{local: openLocal(t, e), met: seen}
			for name, trial := range limits() {
				j.judge(t, name, trial)
			}
		})
		for name, draw := range sorts() {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				seen.part()
				j := &judge{local: openLocal(t, e), met: seen}
				drawn := rapid.Custom(func(r *rapid.T) trial { return draw(generator{T: r}) })
				for seed := range draws {
					j.judge(t, fmt.Sprintf("seed %d", seed), drawn.Example(seed))
				}
				if percent := 100 * j.fine / j.total; percent < 15 || percent > 95 {
					t.Errorf("%d %% of the requests are right: draw more of them, or more of the others", percent)
				}
				long(t, e, drawn, seen)
			})
		}
	})
	for _, d := range differences() {
		if seen.parts == 2+len(sorts()) && !seen.has(d.name) { // unless -run chose parts
			t.Errorf("nothing shows the difference %q any more", d.name)
		}
	}
}

// long goes on drawing if it is asked to.
func long(t *testing.T, e *dynamodblocal.Engine, drawn *rapid.Generator[trial], seen *met) {
	text := os.Getenv(longVariable)
	if text == "" {
		return
	}
	budget, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s=%q: want a duration, such as 10m", longVariable, text)
	}
	j := &judge{local: openLocal(t, e), met: seen}
	end := time.Now().Add(budget)
	checks := 0
	for time.Now().Before(end) && !t.Failed() {
		rapid.Check(t, func(r *rapid.T) { j.judge(r, "drawn", drawn.Draw(r, "trial")) })
		checks++
	}
	t.Logf("%d times 100 requests agree", checks)
}

// againstTranscripts sends every request of testdata/*.txt.
func againstTranscripts(t *testing.T, j *judge) {
	for _, file := range transcripts(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		replay(string(text), func(where string, tr trial) { j.judge(t, file+" "+where, tr) })
	}
}

// met remembers which differences were met.
type met struct {
	mu    sync.Mutex
	names map[string]bool
	parts int // of the test that ran
}

func (m *met) part() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parts++
}

func (m *met) add(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.names == nil {
		m.names = map[string]bool{}
	}
	m.names[name] = true
}

func (m *met) has(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.names[name]
}

// judge compares the outcomes of trials.
type judge struct {
	local       *local
	met         *met
	total, fine int // how many requests, and how many of them were no mistakes
}

// reporter is what testing.T and rapid.T have in common here.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func (j *judge) judge(t reporter, where string, tr trial) {
	t.Helper()
	ours := tr.ours()
	theirs, err := j.local.answer(tr)
	if err != nil {
		t.Fatalf("%s: %v\n%s", where, err, tr)
	}
	j.total++
	if strings.HasPrefix(string(theirs), "items:") || theirs == conditionFailed {
		j.fine++
	}
	if ours == theirs {
		return
	}
	if d := explain(tr, theirs, ours); d != nil {
		j.met.add(d.name)
		return
	}
	t.Errorf("%s\n%s  ours:  %s\n  local: %s", where, indent(tr.String()), ours, theirs)
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}
