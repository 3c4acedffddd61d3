package indicators_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// The pitfalls of domain.md section 5, each as a test of its name. Start, unless
// said: finding f1 with two open vulnerabilities, v1 of score 9 and v2 of 5, both
// untreated.

func TestPitfall1TreatmentChangeMovesBothCounts(t *testing.T) {
	w := start(t)
	w.edit("v1", treated(model.TreatmentInProgress))
	w.becomes("treatment_summary.in_progress: 0 → 1", "treatment_summary.untreated: 2 → 1")
}

func TestPitfall2EditsUnderConfirmedZeroRiskChangeNothing(t *testing.T) {
	w := start(t)
	w.edit("v1", zeroRisk(model.ZeroRiskConfirmed))
	w.settled()
	w.want("1", "vulnerabilities_summary", "open")
	for i := range 3 {
		w.edit("v1", place(fmt.Sprintf("line%d", i)))
		w.becomes()
	}
}

func TestPitfall3TheTopScoreIsLowered(t *testing.T) {
	w := start(t)
	w.edit("v1", scored("1", "1"))
	w.becomes(
		"max_open_severity_score: 9 → 5", "max_open_severity_score_v4: 9 → 5",
		"total_open_cvssf: 1028 → 4.016", "total_open_cvssf_v4: 1028 → 4.016",
		"vulnerabilities_summary.open_critical: 1 → 0", "vulnerabilities_summary.open_critical_v3: 1 → 0",
		"vulnerabilities_summary.open_low: 0 → 1", "vulnerabilities_summary.open_low_v3: 0 → 1",
	)
}

func TestPitfall4TheTopVulnerabilityIsRemoved(t *testing.T) {
	w := start(t)
	w.Remove(w.vulnerabilities["v1"])
	w.becomes(
		"max_open_severity_score: 9 → 5", "max_open_severity_score_v4: 9 → 5",
		"total_open_cvssf: 1028 → 4", "total_open_cvssf_v4: 1028 → 4", "treatment_summary.untreated: 2 → 1",
		"vulnerabilities_summary.open: 2 → 1",
		"vulnerabilities_summary.open_critical: 1 → 0", "vulnerabilities_summary.open_critical_v3: 1 → 0",
	)
}

func TestPitfall5TheSameInsertDeliveredTwice(t *testing.T) {
	w := start(t)
	insert := testevent.Insert(w.vulnerability("v1"))
	for range 2 {
		if lines := w.deliver(insert).Lines(); len(lines) > 0 {
			t.Errorf("changed %q, want nothing", lines)
		}
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
	if got := w.stored("f2", "treatment_summary"); got != "accepted:1" {
		t.Errorf("the rest of the batch: %q", got)
	}
}

func TestPitfall7TheFirstInsertCreatesWholeMaps(t *testing.T) {
	w := newWorld(t)
	w.finding("f1")
	w.Take() // the finding's own record is delivered late
	w.add("v1", "f1", treated(model.TreatmentInProgress))
	want := "integrates_vms FIN#f1 GROUP#g1: unreliable_indicators: nothing → {" +
		`max_open_epss 0, max_open_severity_score 4, max_open_severity_score_v4 4, ` +
		`newest_vulnerability_report_date "2024-09-19T12:00:00+00:00", oldest_vulnerability_report_date "2024-09-19T12:00:00+00:00", ` +
		`status "VULNERABLE", total_open_cvssf 1, total_open_cvssf_v4 1, ` +
		`treatment_summary {accepted 0, accepted_undefined 0, in_progress 1, untreated 0}, ` +
		`verification_summary {masked 0, on_hold 0, requested 0, verified 0}, ` +
		`vulnerabilities_summary {closed 0, open 1, open_critical 0, open_critical_v3 0, open_high 0, open_high_v3 0, ` +
		`open_low 0, open_low_v3 0, open_medium 1, open_medium_v3 1, rejected 0, submitted 0}}`
	if diff := cmp.Diff([]string{want}, w.deliver(w.Take()...).Lines()); diff != "" {
		t.Errorf("what became of the tables (-want +got):\n%s", diff)
	}
}

func TestPagingEveryPageIsRead(t *testing.T) {
	w := start(t)
	for i := range 120 {
		w.add(fmt.Sprintf("w%03d", i), "f1", status(model.StateSafe))
	}
	w.add("z", "f1", scored("10", "10")) // on the last page
	w.PageSize = 50
	w.Calls = nil
	w.settled()
	w.want("10", "max_open_severity_score")
	w.want("120", "vulnerabilities_summary", "closed")
	// 3 pages before the write and 3 to verify it.
	if n := w.called("Query inverted_index"); n != 6 {
		t.Errorf("%d pages, want 6", n)
	}
}

func TestAVulnerabilityBeforeItsFinding(t *testing.T) {
	w := newWorld(t)
	w.add("v1", "f1", scored("7", "7"))
	w.settled()
	if len(w.Items(triggertest.Table)) != 1 {
		t.Errorf("%d items, want no ghost of the finding", len(w.Items(triggertest.Table)))
	}
	w.finding("f1")
	w.settled()
	w.want("7", "max_open_severity_score")
}

func TestLockConflictIsComputedAgainAtOnce(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	batch := w.Take()
	w.once("UpdateItem", func() {
		// Another computation changed the map between our reading and our writing.
		w.edit("v2", treated(model.TreatmentAccepted))
		w.deliver(w.Take()...)
	})
	w.deliver(batch...)
	w.want("accepted:1", "treatment_summary")
	w.want("5", "max_open_severity_score")
	w.wantComputed()
	if n := len(w.Take()); n != 1 {
		t.Errorf("%d writes took effect, want the other's only", n)
	}
}

func TestTwoRecordsOfOneFindingAreOneWrite(t *testing.T) {
	w := start(t)
	w.edit("v1", treated(model.TreatmentInProgress))
	w.edit("v2", treated(model.TreatmentInProgress))
	w.Calls = nil
	w.deliver(w.Take()...)
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
	a := w.Take()
	w.once("UpdateItem", func() {
		w.edit("v1", status(model.StateVulnerable))
		before := w.called("UpdateItem")
		w.deliver(w.Take()...) // B
		if w.called("UpdateItem") != before {
			t.Error("B wrote: the test does not show what it should")
		}
	})
	w.Calls = nil
	w.deliver(a...)
	w.want("2", "vulnerabilities_summary", "open")
	w.want("9", "max_open_severity_score")
	if n := w.called("UpdateItem"); n != 2 {
		t.Errorf("%d writes, want the wrong one and its correction", n)
	}
}

func TestStaleIndexLacksANewItem(t *testing.T) {
	w := start(t)
	w.Index = w.Clone()
	w.add("v3", "f1", scored("10", "10"))
	w.settled()
	w.want("10", "max_open_severity_score")
	w.want("3", "vulnerabilities_summary", "open")
}

func TestStaleIndexHasAnOlderItem(t *testing.T) {
	w := start(t)
	w.Index = w.Clone()
	w.edit("v1", scored("6", "6"))
	w.settled()
	w.want("6", "max_open_severity_score")
}

func TestStaleIndexStillHasARemovedItem(t *testing.T) {
	w := start(t)
	w.Index = w.Clone()
	w.Remove(w.vulnerabilities["v1"])
	w.settled()
	w.want("5", "max_open_severity_score")
	w.want("1", "vulnerabilities_summary", "open")
}

// The image of a batch that was delivered late is older than the item: the table
// decides, not the batch.
func TestAnOldBatchDoesNotOverrideTheTable(t *testing.T) {
	w := start(t)
	v1 := w.vulnerabilities["v1"]
	old := testevent.Insert(w.vulnerability("v1"))
	w.edit("v1", scored("3", "3"))
	w.settled()
	w.deliver(old)
	w.want("5", "max_open_severity_score")
	w.Remove(v1)
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
			w.Index = w.Clone() // so that there is a GetItem
			w.edit("v1", scored("1", "1"))
			w.refuse(call, throttled)
			err := w.fails()
			if !errors.Is(err, throttled) || !strings.Contains(err.Error(), "finding f1") {
				t.Errorf("error = %v, want the throttling of finding f1", err)
			}
			if got := w.stored("f2", "status"); got != "VULNERABLE" {
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
	w.refuse("", errors.New("down"))
	err := w.fails()
	if want := "indicators: finding f1: read finding: down\nindicators: finding f2: read finding: down"; err == nil || err.Error() != want {
		t.Errorf("error = %v, want\n%s", err, want)
	}
}
