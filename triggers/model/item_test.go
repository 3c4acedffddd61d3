package model_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func text(s string) types.AttributeValue       { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue     { return &types.AttributeValueMemberN{Value: s} }
func object(m model.Item) types.AttributeValue { return &types.AttributeValueMemberM{Value: m} }
func set(texts ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: texts} }
func array(v ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: v}
}

// values compares SDK values by their fields.
func values() cmp.Option {
	return cmpopts.IgnoreUnexported(types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberM{},
		types.AttributeValueMemberL{}, types.AttributeValueMemberSS{}, types.AttributeValueMemberNULL{})
}

// noon is the date of everything below.
func noon() time.Time { return time.Date(2024, 9, 19, 12, 0, 0, 0, time.UTC) }

func fullVulnerability(t *testing.T) model.Vulnerability {
	at := noon()
	score, err := model.Score3x4("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N")
	if err != nil {
		t.Fatal(err)
	}
	epss, err := model.ParseDecimal("0.97")
	if err != nil {
		t.Fatal(err)
	}
	return model.Vulnerability{
		ID: "v1", FindingID: "f1", GroupName: "g1", CreatedBy: "h@x.co", CreatedDate: at, Type: model.TypeLines,
		State: model.State{
			Status: model.StateRejected, Where: "a.go", Specific: "7", Source: "ASM", ModifiedBy: "h@x.co", ModifiedDate: at,
			Commit: "abc", Reasons: []string{"NAMING", "CONSISTENCY"},
			Tool: object(model.Item{"name": text("t")}), Advisories: object(model.Item{"cve": array(text("CVE-1"))}), Snippet: text("x"),
		},
		Treatment: &model.Treatment{Status: model.TreatmentAcceptedUndefined, ModifiedDate: at, ModifiedBy: "m@x.co",
			AcceptanceStatus: model.AcceptanceApproved, AcceptedUntil: at.AddDate(0, 1, 0), Justification: "j", Assigned: "a@x.co"},
		Verification:  &model.Verification{Status: model.VerificationOnHold, ModifiedDate: at, EventID: "e1"},
		ZeroRisk:      &model.ZeroRisk{Status: model.ZeroRiskRejected, CommentID: "c1", ModifiedBy: "m@x.co", ModifiedDate: at},
		SeverityScore: &score, RootID: "r1", EventID: "e1", Hash: "9", EPSS: epss, RootCriticality: model.CriticalityHigh,
		Indicators: model.VulnerabilityIndicators{ReportDate: at, ClosingDate: at, LastReattackDate: at,
			ReattackCycles: model.Int(2), TreatmentChanges: model.Int(1), Source: "ASM"},
	}
}

func fullFinding(t *testing.T) model.Finding {
	at := noon()
	state := model.FindingState{Status: model.FindingApproved, ModifiedBy: "h@x.co", ModifiedDate: at, Source: "ASM", Justification: "NO_JUSTIFICATION"}
	return model.Finding{
		ID: "f1", GroupName: "g1", Title: "001. SQL injection", Creation: &state, State: state,
		SeverityScore: fullVulnerability(t).SeverityScore,
		Verification: &model.FindingVerification{Status: model.VerificationRequested, CommentID: "c1",
			VulnerabilityIDs: []string{"v1", "v2"}, ModifiedBy: "h@x.co", ModifiedDate: at},
		Indicators: model.Item{"status": text("SAFE")},
	}
}

func fullGroup() model.Group {
	at := noon()
	return model.Group{Name: "g1", OrganizationID: "o1", CreatedDate: at, WebhookURL: "https://x.co",
		State: model.GroupState{Status: model.GroupActive, ModifiedBy: "m@x.co", ModifiedDate: at}}
}

func fullRoot() model.Root {
	at := noon()
	return model.Root{ID: "r1", GroupName: "g1", Type: model.RootGit, CreatedBy: "m@x.co", CreatedDate: at,
		State: model.RootState{Status: model.RootInactive, Nickname: "back", Reason: "MOVED", ModifiedBy: "m@x.co", ModifiedDate: at}}
}

func fullComment() model.Comment {
	return model.Comment{ID: "c1", FindingID: "f1", Type: model.CommentZeroRisk, ParentID: model.NoParent,
		Content: "why", CreationDate: noon(), Email: "m@x.co", FullName: "M"}
}

// A full entity and one with nothing but its key read back as they were written.
func TestItemsReadBack(t *testing.T) {
	roundTrip(t, "vulnerability", model.ParseVulnerability, fullVulnerability(t), model.Vulnerability{ID: "v1", FindingID: "f1"})
	roundTrip(t, "finding", model.ParseFinding, fullFinding(t), model.Finding{ID: "f1", GroupName: "g1"})
	roundTrip(t, "group", model.ParseGroup, fullGroup(), model.Group{Name: "g1", OrganizationID: "o1"})
	roundTrip(t, "root", model.ParseRoot, fullRoot(), model.Root{ID: "r1", GroupName: "g1"})
	roundTrip(t, "comment", model.ParseComment, fullComment(), model.Comment{ID: "c1", FindingID: "f1"})
}

func roundTrip[E interface{ Item() (model.Item, error) }](t *testing.T, name string, parse func(model.Item) (E, error), entities ...E) {
	for _, want := range entities {
		item, err := want.Item()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := parse(item)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got, values()); diff != "" {
			t.Errorf("%s (-written +read):\n%s", name, diff)
		}
	}
}

func TestItemsWithoutAKeyAreNotWritten(t *testing.T) {
	for name, e := range map[string]interface{ Item() (model.Item, error) }{
		"vulnerability": model.Vulnerability{ID: "v1"}, "finding": model.Finding{ID: "f1"},
		"group": model.Group{Name: "g1"}, "comment": model.Comment{ID: "c1"}, "root": model.Root{ID: "r1"},
	} {
		if item, err := e.Item(); err == nil {
			t.Errorf("%s without the second part of its key: %v", name, item)
		}
	}
}

// The attributes of an item, as domain.md 1.2 names them.
func TestAttributeNames(t *testing.T) {
	f := fullFinding(t)
	item, err := f.Item()
	if err != nil {
		t.Fatal(err)
	}
	state := object(model.Item{"status": text("APPROVED"), "modified_by": text("h@x.co"), "modified_date": text("2024-09-19T12:00:00+00:00"),
		"source": text("ASM"), "justification": text("NO_JUSTIFICATION")})
	want := model.Item{
		"pk": text("FIN#f1"), "sk": text("GROUP#g1"), "id": text("f1"), "group_name": text("g1"), "title": text("001. SQL injection"),
		"creation": state, "state": state, "severity_score": object(model.Item{
			"cvss_v3": text(f.SeverityScore.CVSSv3), "base_score": number("9.8"), "temporal_score": number("9.8"), "cvssf": number("3104.188"),
			"cvss_v4": text(f.SeverityScore.CVSSv4), "threat_score": number("9.3"), "cvssf_v4": number("1552.094")}),
		"verification": object(model.Item{"status": text("REQUESTED"), "comment_id": text("c1"), "vulnerability_ids": array(text("v1"), text("v2")),
			"modified_by": text("h@x.co"), "modified_date": text("2024-09-19T12:00:00+00:00")}),
		"unreliable_indicators": object(model.Item{"status": text("SAFE")}),
	}
	if diff := cmp.Diff(want, item, values()); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
}

func TestAbsentIsAbsent(t *testing.T) {
	item, err := model.Vulnerability{ID: "v1", FindingID: "f1", GroupName: "g1"}.Item()
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range item {
		if model.Absent(v) {
			t.Errorf("%s is %v, want no attribute", name, v)
		}
	}
	for _, name := range []string{"treatment", "verification", "zero_risk", "severity_score", "epss", "created_date", "state", "unreliable_indicators"} {
		if v, exists := item[name]; exists {
			t.Errorf("%s is %v, want no attribute", name, v)
		}
	}
}

func TestNullEmptyAndAbsentReadTheSame(t *testing.T) {
	names := []string{"created_by", "created_date", "state", "treatment", "verification", "zero_risk", "severity_score", "epss", "root_criticality", "unreliable_indicators"}
	base := model.Item{"pk": text("VULN#v1"), "sk": text("FIN#f1"), "id": text("v1")}
	want, err := model.ParseVulnerability(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, nothing := range []types.AttributeValue{&types.AttributeValueMemberNULL{Value: true}, text("")} {
		item := model.Item{}
		for name, v := range base {
			item[name] = v
		}
		for _, name := range names {
			item[name] = nothing
		}
		item["state"] = object(model.Item{"reasons": nothing, "tool": nothing, "modified_date": nothing, "status": nothing})
		got, err := model.ParseVulnerability(item)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, values()); diff != "" {
			t.Errorf("%T (-absent +got):\n%s", nothing, diff)
		}
	}
}

// Everything wrong with an item is said at once, with its key and path.
func TestWhatCannotBeReadIsAnError(t *testing.T) {
	item := model.Item{
		"pk": text("VULN#v1"), "sk": text("FIN#f1"),
		"id":             number("1"),
		"created_date":   text("yesterday"),
		"epss":           text("0.5"),
		"treatment":      array(),
		"state":          object(model.Item{"status": text("OPEN"), "reasons": array(number("1"))}),
		"severity_score": object(model.Item{"temporal_score": number("11"), "cvssf": number("1E999")}),
		"zero_risk":      object(model.Item{"status": text("rejected")}),
	}
	_, err := model.ParseVulnerability(item)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"parse: vulnerability VULN#v1, FIN#f1: ",
		"id: N instead of a string",
		`created_date: date: "yesterday"`,
		"epss: S instead of a number",
		"treatment: L instead of a map",
		`state.status: "OPEN" is not one of SUBMITTED, REJECTED, VULNERABLE, SAFE, DELETED, MASKED`,
		"state.reasons: element 0: N instead of a string",
		"severity_score.temporal_score: score: 11: outside 0 to 10",
		`severity_score.cvssf: number: "1E999"`,
		`zero_risk.status: "rejected" is not one of REQUESTED, CONFIRMED, REJECTED`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error lacks %q:\n%v", want, err)
		}
	}
	if _, err := model.ParseFinding(model.Item{"verification": object(model.Item{"vulnerability_ids": number("1")})}); err == nil ||
		!strings.Contains(err.Error(), "verification.vulnerability_ids: N instead of a list of strings") {
		t.Errorf("error = %v", err)
	}
}

func TestAListMayBeASet(t *testing.T) {
	f, err := model.ParseFinding(model.Item{"verification": object(model.Item{"vulnerability_ids": set("v2", "v1")})})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"v1", "v2"}, f.Verification.VulnerabilityIDs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
