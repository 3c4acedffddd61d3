package indicators_test

import (
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"pgregory.net/rapid"
)

// The sums of domain.md section 2 hold for any vulnerabilities.
func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		computed := indicators.Compute(drawSnapshot(t))
		summary, treatment := numbers(t, computed["vulnerabilities_summary"]), numbers(t, computed["treatment_summary"])
		open := summary["open"]
		for _, suffix := range []string{"", "_v3"} {
			levels := summary["open_low"+suffix] + summary["open_medium"+suffix] + summary["open_high"+suffix] + summary["open_critical"+suffix]
			if levels != open {
				t.Errorf("levels%s add up to %d, open is %d", suffix, levels, open)
			}
		}
		if n := treatment["untreated"] + treatment["in_progress"] + treatment["accepted"] + treatment["accepted_undefined"]; n != open {
			t.Errorf("treatments add up to %d, open is %d", n, open)
		}
	})
}

func TestOrderOfVulnerabilitiesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSnapshot(t)
		shuffled := indicators.Snapshot{Finding: s.Finding, Vulnerabilities: rapid.Permutation(s.Vulnerabilities).Draw(t, "order")}
		if a, b := shown(indicators.Compute(s)), shown(indicators.Compute(shuffled)); !cmp.Equal(a, b) {
			t.Errorf("(-as drawn +shuffled):\n%s", cmp.Diff(a, b))
		}
	})
}

func TestOldestIsNeverAfterNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		computed := indicators.Compute(drawSnapshot(t))
		oldest, newest := show(computed["oldest_vulnerability_report_date"]), show(computed["newest_vulnerability_report_date"])
		if (oldest == "") != (newest == "") || oldest > newest {
			t.Errorf("oldest %q, newest %q", oldest, newest)
		}
	})
}

func drawSnapshot(t *rapid.T) indicators.Snapshot {
	states := []model.StateStatus{model.StateSubmitted, model.StateRejected, model.StateVulnerable, model.StateSafe, model.StateDeleted, model.StateMasked}
	scores := rapid.SampledFrom([]string{"", "0", "2", "3.9", "4", "6.9", "7", "8.9", "9", "10"})
	dates := rapid.SampledFrom([]string{"", "2024-01-01T00:00:00+00:00", "2024-01-02T00:00:00", "2024-01-02T23:00:00-05:00"})
	one := rapid.Custom(func(t *rapid.T) model.Vulnerability {
		v := open(status(rapid.SampledFrom(states).Draw(t, "state")),
			created(dates.Draw(t, "created")), reported(dates.Draw(t, "reported")),
			place(rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "where")))
		if s := rapid.SampledFrom([]model.TreatmentStatus{"", model.TreatmentUntreated, model.TreatmentInProgress, model.TreatmentAccepted, model.TreatmentAcceptedUndefined}).Draw(t, "treatment"); s != "" {
			treated(s)(&v)
		}
		if s := rapid.SampledFrom([]model.ZeroRiskStatus{"", model.ZeroRiskRequested, model.ZeroRiskConfirmed, model.ZeroRiskRejected}).Draw(t, "zero risk"); s != "" {
			zeroRisk(s)(&v)
		}
		if rapid.Bool().Draw(t, "scored") {
			scored(scores.Draw(t, "v3"), scores.Draw(t, "v4"))(&v)
		}
		return v
	})
	return indicators.Snapshot{
		Finding:         finding(rapid.SampledFrom([]model.FindingStatus{model.FindingApproved, model.FindingDeleted}).Draw(t, "finding"), scores.Draw(t, "finding v3"), scores.Draw(t, "finding v4")),
		Vulnerabilities: rapid.SliceOfN(one, 0, 8).Draw(t, "vulnerabilities"),
	}
}

func numbers(t *rapid.T, v types.AttributeValue) map[string]int {
	m, ok := v.(*types.AttributeValueMemberM)
	if !ok {
		t.Fatalf("%T is not a map", v)
	}
	counts := map[string]int{}
	for name, v := range m.Value {
		n, err := strconv.Atoi(show(v))
		if err != nil {
			t.Fatal(err)
		}
		counts[name] = n
	}
	return counts
}

// shown writes a whole map of indicators for comparison.
func shown(item model.Item) map[string]string {
	texts := map[string]string{}
	for name, v := range item {
		texts[name] = show(v)
	}
	return texts
}
