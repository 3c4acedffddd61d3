package indicators_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// A batch that touches a finding fifty times computes it once.
func TestAFindingIsComputedOnceForItsBatch(t *testing.T) {
	w := start(t)
	for i := range 25 {
		w.edit("v1", place(fmt.Sprintf("a%d.go", i)))
		w.edit("v2", place(fmt.Sprintf("b%d.go", i)))
	}
	batch := w.Take()
	if len(batch) != 50 {
		t.Fatalf("%d records, want 50", len(batch))
	}
	w.Calls = nil
	w.deliver(batch...)
	if len(w.Calls) != 4 {
		t.Errorf("%d calls, want a read, a query, a write and a query that verifies it: %q", len(w.Calls), w.Calls)
	}
	w.want("a24.go, b24.go", "where")
}

// The price of a finding of 1,000 vulnerabilities that all came in one batch: one
// reading of the finding, one write, and the pages of two queries.
func TestCallsForAThousandVulnerabilities(t *testing.T) {
	w := newWorld(t)
	w.finding("f1")
	for i := range 1000 {
		w.add(fmt.Sprintf("v%04d", i), "f1")
	}
	const pages = 8
	w.PageSize = 1000/pages + 1 // a last page that is full is followed by an empty one
	w.deliver(w.Take()...)
	for prefix, want := range map[string]int{
		"Query FIN#f1": 1, "Query inverted_index FIN#f1": 2 * pages, "UpdateItem FIN#f1": 1, "": 1 + 2*pages + 1,
	} {
		if got := w.called(prefix); got != want {
			t.Errorf("%d calls %q, want %d", got, prefix, want)
		}
	}
	w.want("1000", "vulnerabilities_summary", "open")
}

func TestNothingChangedIsNotWritten(t *testing.T) {
	w := start(t)
	w.edit("v1", func(v *model.Vulnerability) { v.Hash = "h" })
	w.Calls = nil
	w.settled()
	want := []string{"Query FIN#f1", "Query inverted_index FIN#f1"}
	if diff := cmp.Diff(want, w.Calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// The exact calls of one change: the same every time, for a trace shows them.
func TestOnlyWhatChangedIsWritten(t *testing.T) {
	w := start(t)
	w.edit("v2", place("a.go"), root(model.CriticalityHigh))
	w.settled()
	w.Calls = nil
	w.edit("v2", status(model.StateSafe))
	w.settled()
	const condition = " IF attribute_exists(#pk) AND #unreliable_indicators = :read AND #severity_score = :severity_score AND #state.#status = :state_status"
	want := []string{
		"Query FIN#f1",
		"Query inverted_index FIN#f1",
		"UpdateItem FIN#f1: SET #unreliable_indicators.#total_open_cvssf = :total_open_cvssf" +
			", #unreliable_indicators.#total_open_cvssf_v4 = :total_open_cvssf_v4" +
			", #unreliable_indicators.#treatment_summary = :treatment_summary" +
			", #unreliable_indicators.#vulnerabilities_summary = :vulnerabilities_summary" +
			" REMOVE #unreliable_indicators.#max_open_root_criticality, #unreliable_indicators.#where" + condition,
		"Query inverted_index FIN#f1", // verifies; the write returned the finding
	}
	if diff := cmp.Diff(want, w.Calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	w.wantComputed()
}
