package indicators_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// The pitfalls of domain.md section 5, each as a test of its name. Start, unless
// said: finding f1 with two open vulnerabilities, v1 of score 9 and v2 of 5, both
// untreated.

func TestPitfall1TreatmentChangeMovesBothCounts(t *testing.T) {
	w := start(t)
	w.edit("v1", treated(model.TreatmentInProgress))
	w.settled()
	w.want("in_progress:1 untreated:1", "treatment_summary")
}

func TestPitfall2EditsUnderConfirmedZeroRiskChangeNothing(t *testing.T) {
	w := start(t)
	w.edit("v1", zeroRisk(model.ZeroRiskConfirmed))
	w.settled()
	w.want("1", "vulnerabilities_summary", "open")
	for i := range 3 {
		w.edit("v1", place(fmt.Sprintf("line%d", i)))
		w.settled()
		w.want("1", "vulnerabilities_summary", "open")
		w.want("untreated:1", "treatment_summary")
	}
}

func TestPitfall3TheTopScoreIsLowered(t *testing.T) {
	w := start(t)
	w.want("9", "max_open_severity_score")
	w.edit("v1", scored("1", "1"))
	w.settled()
	w.want("5", "max_open_severity_score")
}

func TestPitfall4TheTopVulnerabilityIsRemoved(t *testing.T) {
	w := start(t)
	w.remove(w.vulnerabilities["v1"])
	w.settled()
	w.want("5", "max_open_severity_score")
}

func TestPitfall5TheSameInsertDeliveredTwice(t *testing.T) {
	w := start(t)
	insert := record("INSERT", w.vulnerabilities["v1"], nil, w.items[w.vulnerabilities["v1"]])
	for range 2 {
		w.deliver(insert)
		w.want("2", "vulnerabilities_summary", "open")
		w.want("untreated:2", "treatment_summary")
	}
	if n := w.called("UpdateItem"); n != 1 {
		t.Errorf("%d writes, want only that of the start", n)
	}
}

func TestPitfall6AVulnerabilityWithoutTreatmentIsUntreated(t *testing.T) {
	w := start(t)
	w.finding("f2")
	w.add("v3", "f1") // no treatment
	w.add("v4", "f2", treated(model.TreatmentAccepted))
	w.settled()
	w.want("untreated:3", "treatment_summary")
	if got := w.stored(findingKey(t, "f2"), "treatment_summary"); got != "accepted:1" {
		t.Errorf("the rest of the batch: %q", got)
	}
}

func TestPitfall7TheFirstInsertCreatesWholeMaps(t *testing.T) {
	w := world{table: newTable(t), vulnerabilities: map[string]model.Key{}}
	w.finding("f1")
	w.take() // the finding's own record is delivered late
	w.add("v1", "f1", treated(model.TreatmentInProgress))
	w.settled()
	for _, key := range []string{"untreated", "accepted", "accepted_undefined"} {
		w.want("0", "treatment_summary", key)
	}
	w.want("1", "treatment_summary", "in_progress")
}

func TestPagingEveryPageIsRead(t *testing.T) {
	w := start(t)
	for i := range 120 {
		w.add(fmt.Sprintf("w%03d", i), "f1", status(model.StateSafe))
	}
	w.add("z", "f1", scored("10", "10")) // on the last page
	w.pageSize = 50
	w.calls = nil
	w.settled()
	w.want("10", "max_open_severity_score")
	w.want("120", "vulnerabilities_summary", "closed")
	// 3 pages before the write and 3 to verify it.
	if n := w.called("Query inverted_index"); n != 6 {
		t.Errorf("%d pages, want 6", n)
	}
}

func TestAVulnerabilityBeforeItsFinding(t *testing.T) {
	w := world{table: newTable(t), vulnerabilities: map[string]model.Key{}}
	w.add("v1", "f1", scored("7", "7"))
	w.settled()
	if len(w.items) != 1 {
		t.Errorf("%d items, want no ghost of the finding", len(w.items))
	}
	w.finding("f1")
	w.settled()
	w.want("7", "max_open_severity_score")
}

func TestLockConflictIsComputedAgainAtOnce(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	batch := w.take()
	w.once("UpdateItem", func() {
		// Another computation changed the map between our reading and our writing.
		w.edit("v2", treated(model.TreatmentAccepted))
		w.deliver(w.take()...)
	})
	w.deliver(batch...)
	w.want("accepted:1", "treatment_summary")
	w.want("5", "max_open_severity_score")
	w.wantComputed()
	if n := len(w.take()); n != 1 {
		t.Errorf("%d writes took effect, want the other's only", n)
	}
}

func TestTwoRecordsOfOneFindingAreOneWrite(t *testing.T) {
	w := start(t)
	w.edit("v1", treated(model.TreatmentInProgress))
	w.edit("v2", treated(model.TreatmentInProgress))
	w.calls = nil
	w.deliver(w.take()...)
	w.want("in_progress:2", "treatment_summary")
	if n := w.called("UpdateItem"); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
}

// A reads; the change is undone; B computes "no change" and writes nothing; A
// writes what it read, and its condition holds.
func TestTwoComputationsAtOnceTheOlderVerifiesItsWrite(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	a := w.take()
	w.once("UpdateItem", func() {
		w.edit("v1", status(model.StateVulnerable))
		before := w.called("UpdateItem")
		w.deliver(w.take()...) // B
		if w.called("UpdateItem") != before {
			t.Error("B wrote: the test does not show what it should")
		}
	})
	w.calls = nil
	w.deliver(a...)
	w.want("2", "vulnerabilities_summary", "open")
	w.want("9", "max_open_severity_score")
	if n := w.called("UpdateItem"); n != 2 {
		t.Errorf("%d writes, want the wrong one and its correction", n)
	}
}

func TestStaleIndexLacksANewItem(t *testing.T) {
	w := start(t)
	w.add("v3", "f1", scored("10", "10"))
	w.index[w.vulnerabilities["v3"]] = nil
	w.settled()
	w.want("10", "max_open_severity_score")
	w.want("3", "vulnerabilities_summary", "open")
}

func TestStaleIndexHasAnOlderItem(t *testing.T) {
	w := start(t)
	v1 := w.vulnerabilities["v1"]
	w.index[v1] = w.items[v1]
	w.edit("v1", scored("6", "6"))
	w.settled()
	w.want("6", "max_open_severity_score")
}

func TestStaleIndexStillHasARemovedItem(t *testing.T) {
	w := start(t)
	v1 := w.vulnerabilities["v1"]
	w.index[v1] = w.items[v1]
	w.remove(v1)
	w.settled()
	w.want("5", "max_open_severity_score")
	w.want("1", "vulnerabilities_summary", "open")
}

// The image of a batch that was delivered late is older than the item: the table
// decides, not the batch.
func TestAnOldBatchDoesNotOverrideTheTable(t *testing.T) {
	w := start(t)
	v1 := w.vulnerabilities["v1"]
	old := record("INSERT", v1, nil, w.items[v1])
	w.edit("v1", scored("3", "3"))
	w.settled()
	w.deliver(old)
	w.want("5", "max_open_severity_score")
	w.remove(v1)
	w.settled()
	w.deliver(old)
	w.want("1", "vulnerabilities_summary", "open")
}

func TestNoErrorIsSwallowed(t *testing.T) {
	throttled := errors.New("ProvisionedThroughputExceededException")
	for _, call := range []string{"Query FIN#f1", "Query inverted_index FIN#f1", "GetItem VULN#v1", "UpdateItem FIN#f1"} {
		t.Run(call, func(t *testing.T) {
			w := start(t)
			w.finding("f2")
			w.add("v3", "f2")
			w.edit("v1", scored("1", "1"))
			w.index[w.vulnerabilities["v1"]] = nil // so that there is a GetItem
			w.before = func(c string) error {
				if strings.HasPrefix(c, call) {
					return throttled
				}
				return nil
			}
			err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: w.take()})
			if !errors.Is(err, throttled) || !strings.Contains(err.Error(), "finding f1") {
				t.Errorf("error = %v, want the throttling of finding f1", err)
			}
			if got := w.stored(findingKey(t, "f2"), "status"); got != "VULNERABLE" {
				t.Errorf("the other finding of the batch: status %q, want it computed", got)
			}
		})
	}
}

func TestTheErrorsOfAllFindingsAreReturned(t *testing.T) {
	w := start(t)
	w.finding("f2")
	w.add("v3", "f2")
	w.edit("v1", treated(model.TreatmentAccepted))
	w.before = func(string) error { return errors.New("down") }
	err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: w.take()})
	if want := "indicators: finding f1: read finding: down\nindicators: finding f2: read finding: down"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want\n%s", err, want)
	}
}

// --- the world of these tests ---

// world is a table with findings and vulnerabilities by their short names.
type world struct {
	*table
	vulnerabilities map[string]model.Key
}

// start is the start of the pitfalls, settled.
func start(t *testing.T) world {
	t.Helper()
	w := world{table: newTable(t), vulnerabilities: map[string]model.Key{}}
	w.finding("f1")
	w.add("v1", "f1", scored("9", "9"), treated(model.TreatmentUntreated))
	w.add("v2", "f1", scored("5", "5"), treated(model.TreatmentUntreated))
	w.settled()
	w.want("untreated:2", "treatment_summary")
	return w
}

func (w world) finding(id string) {
	f := finding(model.FindingApproved, "4", "4")
	f.ID, f.GroupName = id, "g1"
	w.put(mustItem(w.t, f))
}

func (w world) add(id, finding string, edits ...edit) {
	v := open(edits...)
	v.ID, v.FindingID, v.GroupName = id, finding, "g1"
	item := mustItem(w.t, v)
	key, err := model.KeyOf(item)
	if err != nil {
		w.t.Fatal(err)
	}
	w.vulnerabilities[id] = key
	w.put(item)
}

func (w world) edit(id string, edits ...edit) {
	v, err := model.ParseVulnerability(w.items[w.vulnerabilities[id]])
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range edits {
		e(&v)
	}
	w.put(mustItem(w.t, v))
}

func (w world) deliver(records ...events.DynamoDBEventRecord) {
	w.t.Helper()
	if err := w.trigger().Handle(context.Background(), events.DynamoDBEvent{Records: records}); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) settled() {
	w.t.Helper()
	w.settle(w.trigger())
}

// once runs a function before the next call with a prefix, not before the calls
// that the function itself causes.
func (w world) once(prefix string, do func()) {
	w.before = func(call string) error {
		if strings.HasPrefix(call, prefix) {
			w.before = nil
			do()
		}
		return nil
	}
}

// want compares an indicator of f1.
func (w world) want(want string, path ...string) {
	w.t.Helper()
	if got := w.stored(findingKey(w.t, "f1"), path...); got != want {
		w.t.Errorf("%s = %q, want %q", strings.Join(path, "."), got, want)
	}
}

// wantComputed compares all indicators of f1 with what its items say.
func (w world) wantComputed() {
	w.t.Helper()
	f, err := model.ParseFinding(w.items[findingKey(w.t, "f1")])
	if err != nil {
		w.t.Fatal(err)
	}
	s := indicators.Snapshot{Finding: f}
	for key, item := range w.items {
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

func findingKey(t testing.TB, id string) model.Key {
	key, err := model.FindingKey(id, "g1")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func mustItem(t testing.TB, e interface{ Item() (model.Item, error) }) model.Item {
	item, err := e.Item()
	if err != nil {
		t.Fatal(err)
	}
	return item
}
