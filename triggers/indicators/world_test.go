package indicators_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// world is the tables, with findings and vulnerabilities by their short names.
type world struct {
	*triggertest.Database
	t               testing.TB
	vulnerabilities map[string]model.Key
}

// newWorld has empty tables. At the end of the test every write of the trigger must
// have been one of its own attributes.
func newWorld(t testing.TB) world {
	t.Helper()
	w := world{triggertest.New(t), t, map[string]model.Key{}}
	t.Cleanup(func() {
		for _, written := range w.Written {
			if stray := strayWrites(written); len(stray) > 0 {
				t.Errorf("the trigger writes %q of %q: only indicators of findings are its own", stray, written.Lines())
			}
		}
	})
	return w
}

// start is the start of the pitfalls, settled: finding f1 with two open
// vulnerabilities, v1 of score 9 and v2 of 5, both untreated.
func start(t testing.TB) world {
	t.Helper()
	w := newWorld(t)
	w.finding("f1")
	w.add("v1", "f1", scored("9", "9"), treated(model.TreatmentUntreated))
	w.add("v2", "f1", scored("5", "5"), treated(model.TreatmentUntreated))
	w.settled()
	w.want("untreated:2", "treatment_summary")
	return w
}

// --- what the application does ---

func (w world) finding(id string) {
	w.t.Helper()
	f := finding(model.FindingApproved, "4", "4")
	f.ID, f.GroupName = id, "g1"
	w.Put(triggertest.Item(w.t, f))
}

func (w world) add(id, finding string, edits ...edit) {
	w.t.Helper()
	v := open(edits...)
	v.ID, v.FindingID, v.GroupName = id, finding, "g1"
	item := triggertest.Item(w.t, v)
	key, err := model.KeyOf(item)
	if err != nil {
		w.t.Fatal(err)
	}
	w.vulnerabilities[id] = key
	w.Put(item)
}

func (w world) edit(id string, edits ...edit) {
	w.t.Helper()
	v, err := model.ParseVulnerability(w.vulnerability(id))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range edits {
		e(&v)
	}
	w.Put(triggertest.Item(w.t, v))
}

func (w world) vulnerability(id string) model.Item { return w.Item(w.vulnerabilities[id]) }

// f1 is the finding of most tests.
func (w world) f1() model.Item { return w.Item(model.Key{PK: "FIN#f1", SK: "GROUP#g1"}) }

// --- what the trigger does ---

func (w world) trigger() *indicators.Trigger {
	return indicators.New(indicators.Options{DynamoDB: w.Database, Table: triggertest.Table})
}

// deliver hands changes to the trigger, which must not fail.
func (w world) deliver(changes ...testevent.Change) triggertest.Outcome {
	w.t.Helper()
	outcome := w.Invoke(w.trigger().Handle, changes...)
	if outcome.Err != nil {
		w.t.Fatal(outcome.Err)
	}
	return outcome
}

// fails hands over what changed and returns the error of the trigger.
func (w world) fails() error {
	w.t.Helper()
	return w.Invoke(w.trigger().Handle, w.Take()...).Err
}

func (w world) settled() {
	w.t.Helper()
	w.Settle(w.trigger().Handle)
}

// becomes hands over what changed, twice, and compares what became of all tables:
// the first time those indicators of f1 and nothing else, the second time nothing.
func (w world) becomes(lines ...string) {
	w.t.Helper()
	changes := w.Take()
	for i, line := range lines {
		lines[i] = "integrates_vms FIN#f1 GROUP#g1: unreliable_indicators." + line
	}
	for _, want := range [][]string{lines, nil} {
		if diff := cmp.Diff(want, w.deliver(changes...).Lines()); diff != "" {
			w.t.Errorf("what became of the tables (-want +got):\n%s", diff)
		}
	}
}

func (w world) called(prefix string) int {
	n := 0
	for _, call := range w.Calls {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// once runs a function before the next call with a prefix, not before the calls
// that the function itself causes.
func (w world) once(prefix string, do func()) {
	w.Before = func(call string) error {
		if strings.HasPrefix(call, prefix) {
			w.Before = nil
			do()
		}
		return nil
	}
}

// refuse answers calls with a prefix by an error.
func (w world) refuse(prefix string, err error) {
	w.Before = func(call string) error {
		if strings.HasPrefix(call, prefix) {
			return err
		}
		return nil
	}
}

// --- what the tables hold ---

// want compares an indicator of f1.
func (w world) want(want string, path ...string) {
	w.t.Helper()
	if got := w.stored("f1", path...); got != want {
		w.t.Errorf("%s = %q, want %q", strings.Join(path, "."), got, want)
	}
}

// stored is an indicator of a finding, as show has it.
func (w world) stored(finding string, path ...string) string {
	w.t.Helper()
	v := w.Item(model.Key{PK: "FIN#" + finding, SK: "GROUP#g1"})["unreliable_indicators"]
	for _, name := range path {
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok {
			return ""
		}
		v = m.Value[name]
	}
	return show(v)
}

// wantComputed compares all indicators of f1 with what its items say.
func (w world) wantComputed() {
	w.t.Helper()
	f, err := model.ParseFinding(w.f1())
	if err != nil {
		w.t.Fatal(err)
	}
	s := indicators.Snapshot{Finding: f}
	for key, item := range w.Items(triggertest.Table) {
		if _, finding, ok := model.SplitVulnerabilityKey(key); ok && finding == "f1" {
			v, err := model.ParseVulnerability(item)
			if err != nil {
				w.t.Fatal(err)
			}
			s.Vulnerabilities = append(s.Vulnerabilities, v)
		}
	}
	if diff := cmp.Diff(shown(indicators.Compute(s)), shown(f.Indicators)); diff != "" {
		w.t.Errorf("stored indicators (-computed +stored):\n%s", diff)
	}
}

// with is a copy of an item with other attributes; nil removes one.
func with(item model.Item, set model.Item) model.Item {
	changed := model.Item{}
	for _, from := range []model.Item{item, set} {
		for name, v := range from {
			if v == nil {
				delete(changed, name)
			} else {
				changed[name] = v
			}
		}
	}
	return changed
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
