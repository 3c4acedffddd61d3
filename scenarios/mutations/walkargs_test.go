package mutations_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// arguments draws what a mutation is called with, mostly what it requires; nil when
// the table has nothing to name.
func (w *walk) arguments(mutation string) map[string]any {
	switch mutation {
	case "report_finding", "report_draft_vulnerability", "bulk_upload", "move_root":
		return w.creation(mutation)
	case "submit_finding", "approve_finding", "remove_finding", "change_finding_severity":
		return w.ofFinding(mutation)
	}
	return w.ofVulnerabilities(mutation)
}

// creation draws arguments with new ids.
func (w *walk) creation(mutation string) map[string]any {
	w.next++
	id := fmt.Sprintf("n%d", w.next)
	switch mutation {
	case "report_finding":
		return with(w.severity(), "id", id, "group", w.oneOf("group", "harbor", "canal"), "title", w.oneOf("title", "Log injection", "SQL injection in the shop"))
	case "move_root":
		return map[string]any{"root": w.oneOf("root", w.ids("ROOT#", " GROUP#")...), "group": w.oneOf("group", "harbor", "canal"), "new_root": id}
	}
	finding := w.finding(model.FindingApproved, model.FindingCreated, model.FindingRejected)
	if finding == "" {
		return nil
	}
	if mutation == "bulk_upload" {
		return with(w.severity(), "finding", finding, "prefix", id, "count", w.number("count", 1, 30), "where", w.place(),
			"status", w.oneOf("status", "SUBMITTED", "VULNERABLE"))
	}
	return with(w.severity(), "id", id, "finding", finding, "where", w.place())
}

func (w *walk) ofFinding(mutation string) map[string]any {
	finding := w.finding(map[string][]model.FindingStatus{
		"submit_finding": {model.FindingCreated, model.FindingRejected}, "approve_finding": {model.FindingSubmitted},
	}[mutation]...)
	if finding == "" || mutation == "remove_finding" && len(w.ids("FIN#", " GROUP#")) < 4 {
		return nil // the last findings stay, or there would be nothing to walk on
	}
	if mutation == "change_finding_severity" {
		return with(w.someSeverity(), "finding", finding)
	}
	return map[string]any{"finding": finding}
}

// ofVulnerabilities draws arguments of the mutations that name vulnerabilities of
// one finding, or a single one.
func (w *walk) ofVulnerabilities(mutation string) map[string]any {
	ids := w.vulnerabilities(mutation)
	if len(ids) == 0 {
		return nil
	}
	many, one := map[string]any{"vulnerabilities": ids}, map[string]any{"vulnerability": ids[0]}
	switch mutation {
	case "reject_vulnerabilities":
		return with(many, "reasons", []string{"DUPLICATED"})
	case "hold_reattack":
		return with(many, "event", "e1")
	case "verify_reattack":
		return with(many, "fixed", ids[:w.number("fixed", 0, len(ids))])
	case "change_vulnerability_severity":
		return with(many, slices.Concat(pairs(w.someSeverity()))...)
	case "change_treatment":
		return with(one, "status", w.oneOf("treatment", "UNTREATED", "IN_PROGRESS", "ACCEPTED", "ACCEPTED_UNDEFINED"))
	case "assign":
		return with(one, "assigned", w.oneOf("assigned", "dev@example.com", "ops@example.com"))
	case "accept_temporarily":
		return with(one, "until", w.at.Add(24*time.Hour))
	case "edit_location":
		return with(one, "where", w.place())
	case "request_permanent_acceptance", "approve_acceptance", "reject_acceptance", "remove_vulnerability":
		return one
	}
	return many
}

// finding draws a finding, usually in one of the states; "" if there is none.
func (w *walk) finding(states ...model.FindingStatus) string {
	var all, fit []string
	for _, key := range slices.Sorted(maps.Keys(w.table.items)) {
		if !strings.HasPrefix(key, "FIN#") || !strings.Contains(key, " GROUP#") {
			continue
		}
		f, err := model.ParseFinding(w.table.items[key])
		if err != nil {
			w.Fatal(err)
		}
		all = append(all, f.ID)
		if slices.Contains(states, f.State.Status) {
			fit = append(fit, f.ID)
		}
	}
	if len(fit) > 0 && w.number("misfits", 0, 9) < 9 {
		all = fit
	}
	return w.oneOf("finding", all...)
}

// vulnerabilities draws one to three vulnerabilities of one finding, usually such
// that the mutation is not refused.
func (w *walk) vulnerabilities(mutation string) []string {
	all, fit := map[string][]string{}, map[string][]string{} // finding → ids
	for _, key := range slices.Sorted(maps.Keys(w.table.items)) {
		if !strings.HasPrefix(key, "VULN#") || !strings.Contains(key, " FIN#") {
			continue
		}
		v, err := model.ParseVulnerability(w.table.items[key])
		if err != nil {
			w.Fatal(err)
		}
		all[v.FindingID] = append(all[v.FindingID], v.ID)
		if allowed(mutation, v) {
			fit[v.FindingID] = append(fit[v.FindingID], v.ID)
		}
	}
	if len(fit) > 0 && w.number("misfits", 0, 9) < 9 {
		all = fit
	}
	if len(all) == 0 {
		return nil
	}
	from := all[w.oneOf("finding", slices.Sorted(maps.Keys(all))...)]
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 1, min(3, len(from)), rapid.ID).Draw(w.T, "vulnerabilities")
}

// allowed says again what the catalogue requires of a vulnerability.
func allowed(mutation string, v model.Vulnerability) bool {
	verification, claim, acceptance := "", "", ""
	if v.Verification != nil {
		verification = string(v.Verification.Status)
	}
	if v.ZeroRisk != nil {
		claim = string(v.ZeroRisk.Status)
	}
	if v.Treatment != nil {
		acceptance = v.Treatment.AcceptanceStatus
	}
	pending := verification == "REQUESTED" || verification == "ON_HOLD"
	switch mutation {
	case "confirm_vulnerabilities", "reject_vulnerabilities":
		return v.State.Status == model.StateSubmitted
	case "reopen_vulnerabilities":
		return v.State.Status == model.StateSafe
	case "approve_acceptance", "reject_acceptance":
		return acceptance == model.AcceptanceSubmitted
	case "request_reattack":
		return v.State.Status == model.StateVulnerable && !pending
	case "hold_reattack":
		return verification == "REQUESTED"
	case "verify_reattack":
		return pending && v.State.Status == model.StateVulnerable
	case "request_zero_risk":
		return v.State.Status == model.StateVulnerable && claim != "REQUESTED"
	case "confirm_zero_risk", "reject_zero_risk":
		return claim == "REQUESTED"
	case "change_vulnerability_severity", "edit_location", "remove_vulnerability":
		return v.State.Status != model.StateDeleted
	}
	return v.State.Status == model.StateVulnerable
}

// ids returns the ids in the hash keys of items, sorted.
func (w *walk) ids(prefix, rangePrefix string) []string {
	var ids []string
	for _, key := range slices.Sorted(maps.Keys(w.table.items)) {
		if rest, ok := strings.CutPrefix(key, prefix); ok && strings.Contains(rest, rangePrefix) {
			id, _, _ := strings.Cut(rest, " ")
			ids = append(ids, id)
		}
	}
	return ids
}

func (w *walk) oneOf(what string, from ...string) string {
	if len(from) == 0 {
		return ""
	}
	return from[w.index(what, len(from))]
}

// index draws evenly. What rapid draws from a list is mostly near its beginning, and
// half of the mutations would hardly ever be made.
func (w *walk) index(what string, n int) int {
	const golden = 0x9E3779B97F4A7C15
	return int(rapid.Uint64().Draw(w.T, what) * golden >> 33 % uint64(n))
}

func (w *walk) number(what string, from, to int) int { return rapid.IntRange(from, to).Draw(w.T, what) }

func (w *walk) place() string {
	return w.oneOf("place", "src/a.py", "src/b.py", "https://app.example.com/{n}", "10.0.0.1", "ä.py")
}

// severity is none, or some.
func (w *walk) severity() map[string]any {
	if w.number("scored", 0, 1) == 0 {
		return map[string]any{}
	}
	return w.someSeverity()
}

// someSeverity has scores of all levels and on their bounds: 2, 4, 7 and 9.
func (w *walk) someSeverity() map[string]any {
	v3 := []string{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N/E:U", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
		"CVSS:3.1/AV:N/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:L/I:N/A:N",
		"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:L/A:L", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H"}
	v4 := []string{"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "CVSS:4.0/AV:L/AC:H/AT:P/PR:L/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:A/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N/E:U", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:H/VI:L/VA:N/SC:N/SI:N/SA:N",
		"CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H"}
	severity := map[string]any{}
	versions := w.number("versions", 1, 3)
	if versions != 2 {
		severity["cvss_v3"] = w.oneOf("v3", v3...)
	}
	if versions != 1 {
		severity["cvss_v4"] = w.oneOf("v4", v4...)
	}
	return severity
}

// with returns a map and more pairs.
func with(m map[string]any, more ...any) map[string]any {
	m = maps.Clone(m)
	for i := 0; i < len(more); i += 2 {
		m[fmt.Sprint(more[i])] = more[i+1]
	}
	return m
}

func pairs(m map[string]any) []any {
	var list []any
	for _, name := range slices.Sorted(maps.Keys(m)) {
		list = append(list, name, m[name])
	}
	return list
}
