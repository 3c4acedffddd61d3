package scenario

import (
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// reader reads one file against a vocabulary.
type reader struct {
	*source
	vocab Vocabulary
	seen  mentions
}

// mentions is what the steps of a scenario refer to, to be compared with the rest
// of the file once all of it is read.
type mentions struct {
	clock     time.Time           // the earliest that the virtual clock can be
	snapshots map[string]Position // by name
	triggers  []entry             // keys are the names
	needs     []entry             // keys are what an engine must be able to do
}

// draft is a scenario before its fixture is looked up.
type draft struct {
	Scenario
	content content
	clear   bool // the file tells what the fixture is
	titleAt Position
}

// scenario reads the top level of a scenario file.
func (r *reader) scenario(body ast.Node) (draft, bool) {
	before := len(r.mistakes)
	at := r.position(body)
	fields, ok := r.fields(body, at, "a scenario",
		[]string{"fixture", "start", "steps"},
		[]string{"title", "triggers", "needs", "patience", "cold_starts", "seed", "observe"})
	if !ok {
		return draft{}, false
	}
	var d draft
	if e, given := fields["title"]; given {
		d.Title, d.titleAt = r.text(e), e.at
	}
	if e, given := fields["fixture"]; given {
		before := len(r.mistakes)
		d.content = r.fixtureOf(e)
		d.clear = len(r.mistakes) == before
	}
	if e, given := fields["start"]; given {
		d.Start = r.clockTime(e)
		r.seen.clock = d.Start
	}
	if e, given := fields["steps"]; given {
		d.Steps = r.steps(e, scenarioSteps)
	}
	if r.settings(&d, fields) {
		r.agree(&d)
	}
	d.Observe = slices.Clone(r.vocab.observed())
	if e, given := fields["observe"]; given {
		d.Observe = r.views(e)
	}
	return d, len(r.mistakes) == before
}

// fields reads a mapping whose keys are known. A missing key is not reported
// when a misspelt one stands for it: one slip is one mistake.
func (r *reader) fields(n ast.Node, at Position, what string, required, optional []string) (map[string]entry, bool) {
	entries, ok := r.entries(n, at, what)
	if !ok {
		return nil, false
	}
	known := slices.Concat(required, optional)
	out := map[string]entry{}
	meant := map[string]bool{}
	for _, e := range entries {
		if slices.Contains(known, e.key) {
			out[e.key] = e
			continue
		}
		if near := closest(e.key, known); near != "" {
			meant[near] = true
		}
		r.wrong(e.keyAt, suggest(e.key, known, "keys"), "unknown key %q in %s", e.key, what)
	}
	for _, key := range required {
		if _, given := out[key]; !given && !meant[key] {
			r.wrong(at, missingHint(key), "%s lacks the key %q", what, key)
		}
	}
	return out, true
}

// missingHint shows what to add.
func missingHint(key string) string {
	examples := map[string]string{
		"start":   "start: 2024-09-19T10:00:00Z",
		"fixture": "fixture: NAME, for the file fixtures/NAME.yaml, or fixture: {items: […]}",
		"steps":   "steps: and a list of mutations and raw writes",
		"items":   "items: and a list of seeds and raw puts",
		"item":    "item: {…} with all attributes, the key among them",
		"key":     "key: {…} with the attributes of the primary key",
	}
	if example := examples[key]; example != "" {
		return "add " + example
	}
	return "add " + key + ": …"
}

// text reads a text that is not empty; "" after a mistake.
func (r *reader) text(e entry) string {
	switch {
	case absent(e.value):
		r.wrong(e.at, "", "%s has no value", e.name())
	case classify(e.value) == kindNumber || classify(e.value) == kindBool:
		r.wrong(e.at, "quote it if it is a text", "%s must be a text, not %s", e.name(), describe(e.value))
	case classify(e.value) != kindText:
		r.wrong(e.at, "", "%s must be a text, not %s", e.name(), describe(e.value))
	case strings.TrimSpace(scalarText(e.value)) == "":
		r.wrong(e.at, "", "%s is empty", e.name())
	default:
		return scalarText(e.value)
	}
	return ""
}

// time reads a date with a time and a zone.
func (r *reader) time(e entry) time.Time {
	const hint = "write a date, a time and a zone: 2024-09-19T10:00:00Z"
	if classify(e.value) != kindText {
		r.wrong(e.at, hint, "%s must be a point in time, not %s", e.name(), describe(e.value))
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, scalarText(e.value))
	if err != nil {
		r.wrong(e.at, hint, "%q is not a point in time", scalarText(e.value))
		return time.Time{}
	}
	return t.UTC()
}

// duration reads a span of time that is longer than nothing: 90s, 2h, 1h30m.
func (r *reader) duration(e entry) time.Duration {
	const hint = "write a number and a unit: 90s, 15m, 2h, 1h30m"
	if k := classify(e.value); k != kindText && k != kindNumber {
		r.wrong(e.at, hint, "%s must be a span of time, not %s", e.name(), describe(e.value))
		return 0
	}
	d, err := time.ParseDuration(scalarText(e.value))
	switch {
	case err != nil:
		r.wrong(e.at, hint, "%q is not a span of time", scalarText(e.value))
	case d <= 0:
		r.wrong(e.at, "time only goes forward", "%s must be longer than nothing, not %s", e.name(), scalarText(e.value))
	default:
		return d
	}
	return 0
}

// views reads observe.
func (r *reader) views(e entry) []string {
	items, ok := r.items(e.value, e.at, e.name())
	if ok && len(items) == 0 {
		r.wrong(e.at, "leave the key out to see what the project shows", "%s is empty", e.name())
	}
	var out []string
	for _, item := range items {
		view := r.text(item)
		switch {
		case view == "":
		case slices.Contains(out, view):
			r.wrong(item.at, "", "view %q is named twice", view)
		case !slices.Contains(r.vocab.allViews(), view):
			r.wrong(item.at, suggest(view, r.vocab.allViews(), "views"), "unknown view %q", view)
		default:
			out = append(out, view)
		}
	}
	return out
}

// allViews are those of the project and those that every project has.
func (v Vocabulary) allViews() []string { return slices.Concat(v.Views, Views()) }

// observed are the views of a scenario that does not say.
func (v Vocabulary) observed() []string {
	if v.Observe != nil {
		return v.Observe
	}
	return v.Views
}
