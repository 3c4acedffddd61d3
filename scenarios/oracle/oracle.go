package oracle

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an item of the table, or a map inside one.
type item = map[string]types.AttributeValue

// Indicators returns what the map unreliable_indicators must hold for each finding
// among the items of the table, by the finding's hash key ("FIN#f1"). The values of
// a map are N, S, and M of N; what has nothing to be computed from is not there.
func Indicators(table []map[string]types.AttributeValue) (map[string]map[string]types.AttributeValue, error) {
	all := map[string]item{}
	for _, finding := range table {
		pk := str(finding, "pk")
		if !strings.HasPrefix(pk, "FIN#") || !strings.HasPrefix(str(finding, "sk"), "GROUP#") {
			continue
		}
		if all[pk] != nil {
			return nil, fmt.Errorf("oracle: %s: in two groups", pk)
		}
		computed, err := indicators(finding, table)
		if err != nil {
			return nil, fmt.Errorf("oracle: %s: %w", pk, err)
		}
		all[pk] = computed
	}
	return all, nil
}

// tally is everything that is counted on the way through the vulnerabilities.
type tally struct {
	gone                         bool // the finding is deleted
	summary, treatment, verified map[string]int
	max3, max4, epss             string // numbers as text
	total3, total4               int    // thousandths
	criticality                  int    // place in criticalities, 0 = none
	dates, places                []string
}

func indicators(finding item, table []map[string]types.AttributeValue) (item, error) {
	t := tally{
		max3: "0", max4: "0", epss: "0",
		summary: zeros("open", "closed", "submitted", "rejected", "open_low", "open_medium", "open_high", "open_critical",
			"open_low_v3", "open_medium_v3", "open_high_v3", "open_critical_v3"),
		treatment: zeros("untreated", "in_progress", "accepted", "accepted_undefined"),
		verified:  zeros("requested", "on_hold", "verified", "masked"),
	}
	own := str(sub(finding, "state"), "status")
	t.gone = own == "DELETED" || own == "MASKED"
	for _, v := range table {
		if !strings.HasPrefix(str(v, "pk"), "VULN#") || str(v, "sk") != str(finding, "pk") {
			continue
		}
		if err := t.add(v, finding); err != nil {
			return nil, fmt.Errorf("%s: %w", str(v, "pk"), err)
		}
	}
	return t.result(), nil
}

// add counts one vulnerability.
func (t *tally) add(v, finding item) error {
	claim := str(sub(v, "zero_risk"), "status")
	if claim == "REQUESTED" || claim == "CONFIRMED" {
		return nil
	}
	status := str(sub(v, "state"), "status")
	switch status {
	case "SUBMITTED", "REJECTED":
		t.summary[strings.ToLower(status)]++
		return nil
	case "DELETED", "MASKED":
		return nil
	case "SAFE":
		t.summary["closed"]++
	case "VULNERABLE":
		if err := t.addOpen(v, finding); err != nil {
			return err
		}
	default:
		return fmt.Errorf("state %q", status)
	}
	reported := str(sub(v, "unreliable_indicators"), "unreliable_report_date")
	if reported == "" {
		reported = str(v, "created_date")
	}
	if reported == "" {
		return nil
	}
	at, err := utc(reported)
	t.dates = append(t.dates, at)
	return err
}

// addOpen counts what only open vulnerabilities are counted for.
func (t *tally) addOpen(v, finding item) error {
	score3 := firstNumber(sub(v, "severity_score"), sub(finding, "severity_score"), "temporal_score")
	score4 := firstNumber(sub(v, "severity_score"), sub(finding, "severity_score"), "threat_score")
	t.summary["open"]++
	t.summary["open_"+levelOf(score4)]++
	t.summary["open_"+levelOf(score3)+"_v3"]++
	treatment := strings.ToLower(str(sub(v, "treatment"), "status"))
	if treatment == "" {
		treatment = "untreated"
	}
	if err := count(t.treatment, treatment); err != nil {
		return err
	}
	if verification := strings.ToLower(str(sub(v, "verification"), "status")); verification != "" {
		if err := count(t.verified, verification); err != nil {
			return err
		}
	}
	if place := str(sub(v, "state"), "where"); place != "" && !slices.Contains(t.places, place) {
		t.places = append(t.places, place)
	}
	if t.gone {
		return nil
	}
	t.max3, t.max4 = larger(t.max3, score3), larger(t.max4, score4)
	t.epss = larger(t.epss, num(v, "epss"))
	t.total3 += weight(score3)
	t.total4 += weight(score4)
	t.criticality = max(t.criticality, slices.Index(criticalities(), str(v, "root_criticality")))
	return nil
}

// criticalities are in ascending order behind the one that is none.
func criticalities() []string { return []string{"", "LOW", "MEDIUM", "HIGH", "CRITICAL"} }

func (t *tally) result() item {
	sort.Strings(t.places)
	sort.Strings(t.dates) // all in UTC and of one form: the order of texts is that of time
	if len(t.places) > 20 {
		t.places = t.places[:20]
	}
	status := "DRAFT"
	if t.summary["closed"] > 0 {
		status = "SAFE"
	}
	if t.summary["open"] > 0 {
		status = "VULNERABLE"
	}
	out := item{
		"status": s(status), "vulnerabilities_summary": counts(t.summary), "treatment_summary": counts(t.treatment),
		"verification_summary": counts(t.verified), "max_open_severity_score": n(t.max3), "max_open_severity_score_v4": n(t.max4),
		"total_open_cvssf": n(thousandths(t.total3)), "total_open_cvssf_v4": n(thousandths(t.total4)), "max_open_epss": n(t.epss),
	}
	if t.criticality > 0 {
		out["max_open_root_criticality"] = s(criticalities()[t.criticality])
	}
	if len(t.dates) > 0 {
		out["oldest_vulnerability_report_date"] = s(t.dates[0])
		out["newest_vulnerability_report_date"] = s(t.dates[len(t.dates)-1])
	}
	if len(t.places) > 0 {
		out["where"] = s(strings.Join(t.places, ", "))
	}
	return out
}
