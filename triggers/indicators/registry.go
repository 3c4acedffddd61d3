package indicators

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// indicator is one attribute of the map unreliable_indicators.
type indicator struct {
	name string
	// compute returns the value, or nil if there is nothing to compute it from and
	// the attribute is to be absent.
	compute func(sets) types.AttributeValue
}

// registry lists every indicator. To add one, write a file with its function and
// a test table of the same name, and add a line.
func registry() []indicator {
	return []indicator{
		{"status", status},
		{"vulnerabilities_summary", vulnerabilitiesSummary},
		{"treatment_summary", treatmentSummary},
		{"verification_summary", verificationSummary},
		{"max_open_severity_score", maxOpenSeverityScore},
		{"max_open_severity_score_v4", maxOpenSeverityScoreV4},
		{"total_open_cvssf", totalOpenCVSSF},
		{"total_open_cvssf_v4", totalOpenCVSSFV4},
		{"max_open_epss", maxOpenEPSS},
		{"max_open_root_criticality", maxOpenRootCriticality},
		{"oldest_vulnerability_report_date", oldestVulnerabilityReportDate},
		{"newest_vulnerability_report_date", newestVulnerabilityReportDate},
		{"where", where},
	}
}

// Names returns the attributes that the trigger keeps in the map
// unreliable_indicators of a finding. It writes nothing else.
func Names() []string {
	var names []string
	for _, i := range registry() {
		names = append(names, i.name)
	}
	return names
}

// Compute returns the indicators of a finding, attribute name to value, without
// those that have nothing to be computed from. It is pure: the same snapshot
// gives the same values, in whatever order the vulnerabilities are.
func Compute(s Snapshot) model.Item {
	values, made := model.Item{}, s.sets()
	for _, i := range registry() {
		if v := i.compute(made); v != nil {
			values[i.name] = v
		}
	}
	return values
}
