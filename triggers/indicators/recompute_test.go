package indicators_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestDriftIsReportedAndThenRepaired(t *testing.T) {
	w := start(t)
	w.edit("v1", status(model.StateSafe))
	w.edit("v2", place("a.go"))
	w.Take() // lost: the trigger never sees these
	drift := func() (lines []string) {
		found, err := w.trigger().Drift(context.Background(), "f1")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range found {
			lines = append(lines, d.Indicator+": "+show(d.Stored)+" → "+show(d.Computed))
		}
		return lines
	}
	want := []string{
		"max_open_severity_score: 9 → 5",
		"max_open_severity_score_v4: 9 → 5",
		"total_open_cvssf: 1028 → 4",
		"total_open_cvssf_v4: 1028 → 4",
		"treatment_summary: untreated:2 → untreated:1",
		"vulnerabilities_summary: open:2 open_critical:1 open_critical_v3:1 open_medium:1 open_medium_v3:1 → closed:1 open:1 open_medium:1 open_medium_v3:1",
		"where:  → a.go",
	}
	if diff := cmp.Diff(want, drift()); diff != "" {
		t.Errorf("drift (-want +got):\n%s", diff)
	}
	if len(w.Take()) > 0 {
		t.Error("a report wrote")
	}
	for _, want := range []int{1, 0} {
		if writes, err := w.trigger().Recompute(context.Background(), "f1"); writes != want || err != nil {
			t.Errorf("%d writes, %v, want %d", writes, err, want)
		}
	}
	if left := drift(); len(left) > 0 {
		t.Errorf("after the repair: %q", left)
	}
	w.wantComputed()
}

func TestAFindingThatIsNotThereHasNoDrift(t *testing.T) {
	w := start(t)
	drift, err := w.trigger().Drift(context.Background(), "f9")
	writes, errWrite := w.trigger().Recompute(context.Background(), "f9")
	if len(drift) > 0 || writes > 0 || err != nil || errWrite != nil {
		t.Errorf("%v, %d, %v, %v", drift, writes, err, errWrite)
	}
}

func TestErrorsOfRecomputingNameTheFinding(t *testing.T) {
	down := errors.New("down")
	for _, call := range []string{"Query FIN#f1", "Query inverted_index FIN#f1"} {
		w := start(t)
		w.refuse(call, down)
		_, err := w.trigger().Drift(context.Background(), "f1")
		_, errWrite := w.trigger().Recompute(context.Background(), "f1")
		if !errors.Is(err, down) || !errors.Is(errWrite, down) || err.Error() != errWrite.Error() {
			t.Errorf("%s: %v; %v", call, err, errWrite)
		}
	}
	_, err := newWorld(t).trigger().Recompute(context.Background(), "")
	if !errors.Is(err, model.ErrKeyValue) {
		t.Errorf("no id: %v", err)
	}
	nowhere := indicators.New(indicators.Options{})
	_, err = nowhere.Recompute(context.Background(), "f1")
	_, errDrift := nowhere.Drift(context.Background(), "f1")
	if err == nil || errDrift == nil {
		t.Error("no table: no error")
	}
}
