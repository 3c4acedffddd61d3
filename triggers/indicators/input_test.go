package indicators_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// In every sense: no call is made, and nothing is left to deliver.
func TestOurOwnEchoIsDroppedWithoutACall(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	w.deliver(w.Take()...)
	echo := w.Take()
	if len(echo) != 1 || echo[0].Before == nil || !model.EqualItems(echo[0].After, w.f1()) {
		t.Fatalf("echo = %v, want the MODIFY of the finding", echo)
	}
	w.Calls = nil
	w.deliver(echo...)
	if len(w.Calls) != 0 || len(w.Take()) != 0 {
		t.Errorf("calls: %q, want none", w.Calls)
	}
}

func TestRecordsThatSayNothingAreDroppedWithoutACall(t *testing.T) {
	w := start(t)
	insert := func(pk, sk string) testevent.Change {
		return testevent.Insert(model.Item{"pk": text(pk), "sk": text(sk), "content": text("x")})
	}
	w.Calls = nil
	w.deliver(
		testevent.Modify(w.f1(), with(w.f1(), model.Item{"title": text("new")})),
		testevent.Remove(w.f1()),
		insert("FIN#f1", "STATE#2024-09-19T10:00:00+00:00"),
		insert("VULN#v1", "TREATMENT#2024-09-19T10:00:00+00:00"),
		insert("CMNT#c1", "FIN#f1"),
		insert("FIN_ID", "FIN#f1"),
		insert("GROUP#g1", "ORG#o1"),
		insert("VULN#v1", "FIN#"),
	)
	if len(w.Calls) != 0 {
		t.Errorf("calls: %q, want none", w.Calls)
	}
}

func TestAFindingIsComputedWhenItsInputChanges(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*model.Finding)
		want   string // max_open_severity_score
	}{
		{"severity_score", func(f *model.Finding) { f.SeverityScore = severity("9.5", "4") }, "9.5"},
		{"severity_score removed", func(f *model.Finding) { f.SeverityScore = nil }, "5"},
		{"state.status", func(f *model.Finding) { f.State.Status = model.FindingDeleted }, "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := start(t)
			w.Remove(w.vulnerabilities["v1"])
			w.add("v3", "f1") // has no score of its own
			w.settled()
			f, err := model.ParseFinding(w.f1())
			if err != nil {
				t.Fatal(err)
			}
			test.change(&f)
			w.Put(triggertest.Item(t, f))
			w.settled()
			w.want(test.want, "max_open_severity_score")
			w.wantComputed()
		})
	}
}
