package mutations_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/scenarios/oracle"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// TestScenariosRunOnPaper runs every scenario of the project against the recorder:
// no trigger, no engine. What its mutations require holds, and what the naive oracle
// says of the items is what the snapshot shows of the indicators.
func TestScenariosRunOnPaper(t *testing.T) {
	all, err := scenario.LoadAll(root, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range all {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			p := paper{recorder: newRecorder(), at: sc.Start}
			seed(t, p.recorder, sc)
			p.steps(t, sc.Steps)
			p.observe(t, "")
			if !raw(sc.Steps) { // which may write anything
				invariants(t, p.recorder)
			}
			if slices.Contains(sc.Observe, "indicators") && !stale(sc) {
				p.compare(t, sc.Name)
			}
		})
	}
}

// raw tells whether some step writes past the mutations.
func raw(steps []scenario.Step) bool {
	return slices.ContainsFunc(steps, func(s scenario.Step) bool { return len(s.Writes) > 0 || raw(s.Steps) })
}

// stale tells whether a scenario ends with indicators that are not right: a batch of
// its trigger was given up, and whoever reads the queue recomputes.
func stale(sc *scenario.Scenario) bool {
	return sc.Name == "faults/a_batch_that_always_fails_goes_to_the_on_failure_queue"
}

// paper is a run of a scenario without anything that reacts.
type paper struct {
	*recorder
	at       time.Time
	document snapshot.Document
}

func (p *paper) steps(t *testing.T, steps []scenario.Step) {
	t.Helper()
	for _, step := range steps {
		switch control := step.Control.(type) {
		case scenario.At:
			p.at = control.Time
			continue
		case scenario.Advance:
			p.at = p.at.Add(control.For)
			continue
		case scenario.Snapshot:
			p.observe(t, control.Name)
		case scenario.Expire:
			delete(p.items, keyOf(control.Key))
		}
		switch step.Verb {
		case "together":
			p.together(t, step.Steps)
		case "backlog":
			p.steps(t, step.Steps)
			continue
		default:
			p.one(t, step)
		}
		if step.Control == nil {
			p.at = p.at.Add(time.Minute)
		}
	}
}

// together makes the steps at one time. Their order does not matter to the result,
// or the scenario would not be repeatable.
func (p *paper) together(t *testing.T, steps []scenario.Step) {
	t.Helper()
	for _, step := range steps {
		p.one(t, step)
	}
}

func (p *paper) one(t *testing.T, step scenario.Step) {
	t.Helper()
	if err := run(t, p.recorder, step, p.at); err != nil {
		t.Errorf("%s: %v", step.Pos, err)
	}
}

// observe adds what the view indicators should show.
func (p *paper) observe(t *testing.T, at string) {
	t.Helper()
	all, err := oracle.Indicators(slices.Collect(maps.Values(p.items)))
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range slices.Sorted(maps.Keys(all)) {
		p.document.Sections = append(p.document.Sections, snapshot.Section{
			View: "indicators", Label: finding, At: at, Value: &types.AttributeValueMemberM{Value: all[finding]},
		})
	}
}

func (p *paper) compare(t *testing.T, name string) {
	t.Helper()
	p.document.Scenario = name
	file := filepath.Join(root, "snapshots", filepath.FromSlash(name)+".snap")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%v\nThe oracle says:\n%s", err, p.document.Render().Text)
		return
	}
	if diff := cmp.Diff(indicatorParts(p.document.Render().Text), indicatorParts(string(text))); diff != "" {
		t.Errorf("%s (-oracle +snapshot):\n%s", file, diff)
	}
}

// indicatorParts returns the parts of a snapshot that show indicators, in order.
func indicatorParts(text string) []string {
	parts := strings.Split(strings.TrimSpace(text), "\n\n")
	return slices.DeleteFunc(parts, func(part string) bool { return !strings.HasPrefix(part, "indicators ") })
}

// raw makes one raw write, as the table would.
func (r *recorder) raw(w scenario.Write) error {
	switch w.Op {
	case "put":
		r.items[keyOf(w.Item)] = clone(w.Item)
	case "delete":
		delete(r.items, keyOf(w.Key))
	case "update":
		item := clone(r.items[keyOf(w.Key)])
		maps.Copy(item, w.Key)
		if item["unreliable_indicators"] == nil { // there is no trigger to make the map
			item["unreliable_indicators"] = &types.AttributeValueMemberM{Value: model.Item{}}
		}
		for _, path := range slices.Concat(slices.Sorted(maps.Keys(w.Set)), w.Remove) {
			parent, leaf, err := parentOf(item, path)
			if err != nil {
				return err
			}
			if value := w.Set[path]; value != nil {
				parent[leaf] = value
			} else {
				delete(parent, leaf)
			}
		}
		r.items[keyOf(w.Key)] = item
	}
	return nil
}
