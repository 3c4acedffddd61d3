package generator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/scenarios/generator"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestTheUsualGroup(t *testing.T) {
	items := generate(t, generator.Options{Seed: 1})
	kinds, keys := map[string]int{}, map[model.Key]bool{}
	for _, item := range items {
		key, err := model.KeyOf(item)
		if err != nil {
			t.Fatal(err)
		}
		if keys[key] {
			t.Errorf("%v is there twice", key)
		}
		keys[key] = true
		kinds[kind(key)]++
	}
	want := map[string]int{"GROUP ORG": 1, "ROOT GROUP": 8, "FIN_ID FIN": 50, "FIN GROUP": 50, "VULN FIN": 1000}
	for kind, n := range want {
		if kinds[kind] != n {
			t.Errorf("%d of %s, want %d", kinds[kind], kind, n)
		}
	}
	for _, kind := range []string{"FIN STATE", "VULN STATE", "VULN TREATMENT", "VULN VERIFICATION", "VULN ZERORISK"} {
		if kinds[kind] == 0 {
			t.Errorf("no %s", kind)
		}
	}
}

// What indicators tell apart occurs, in numbers that make an average mean something.
func TestTheGroupHasWhatIndicatorsTellApart(t *testing.T) {
	seen := map[string]int{}
	first, last := time.Time{}, time.Time{}
	for _, v := range vulnerabilities(t, generate(t, generator.Options{Seed: 1})) {
		seen["state "+string(v.State.Status)]++
		if v.Treatment == nil {
			seen["no treatment"]++
		} else {
			seen["treatment "+string(v.Treatment.Status)]++
		}
		if v.Verification != nil {
			seen["verification "+string(v.Verification.Status)]++
		}
		if v.ZeroRisk != nil {
			seen["zero risk "+string(v.ZeroRisk.Status)]++
		}
		seen[fmt.Sprintf("own score %t", v.SeverityScore != nil)]++
		seen[fmt.Sprintf("report date %t", !v.Indicators.ReportDate.IsZero())]++
		seen["criticality "+string(v.RootCriticality)]++
		seen["type "+v.Type]++
		if first.IsZero() || v.CreatedDate.Before(first) {
			first = v.CreatedDate
		}
		if v.CreatedDate.After(last) {
			last = v.CreatedDate
		}
	}
	for what, least := range map[string]int{
		"state VULNERABLE": 300, "state SAFE": 300, "state SUBMITTED": 40, "state REJECTED": 20, "state MASKED": 5, "state DELETED": 1,
		"no treatment": 20, "treatment UNTREATED": 300, "treatment IN_PROGRESS": 150, "treatment ACCEPTED": 50, "treatment ACCEPTED_UNDEFINED": 30,
		"verification REQUESTED": 20, "verification ON_HOLD": 20, "verification VERIFIED": 40,
		"zero risk REQUESTED": 10, "zero risk CONFIRMED": 10, "zero risk REJECTED": 10, "own score true": 300, "own score false": 400,
		"report date true": 300, "report date false": 100, "criticality ": 50, "criticality CRITICAL": 100, "criticality LOW": 20,
		"type LINES": 200, "type INPUTS": 200, "type PORTS": 60,
	} {
		if seen[what] < least {
			t.Errorf("%s: %d, want at least %d", what, seen[what], least)
		}
	}
	if years := last.Sub(first).Hours() / 24 / 365; years < 1.8 || years > 2 {
		t.Errorf("vulnerabilities from %v to %v: %.1f years, want two", first, last, years)
	}
}

func TestTheSeedAloneDecides(t *testing.T) {
	text := func(seed uint64) string {
		return fmt.Sprint(written(generate(t, generator.Options{Seed: seed, Findings: 3})))
	}
	if diff := cmp.Diff(text(7), text(7)); diff != "" {
		t.Errorf("one seed gives two groups:\n%s", diff)
	}
	if text(7) == text(8) {
		t.Error("two seeds give one group")
	}
}

func TestSizesAreObeyed(t *testing.T) {
	items := generate(t, generator.Options{Group: "canal", Organization: "o2", Findings: 1, PerFinding: 1000, Until: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)})
	list := vulnerabilities(t, items)
	if len(list) != 1000 {
		t.Errorf("%d vulnerabilities, want 1000", len(list))
	}
	for _, v := range list {
		if v.GroupName != "canal" || v.CreatedDate.Year() > 2024 || v.FindingID != "f001" {
			t.Fatalf("%+v", v)
		}
	}
	if _, err := generator.Group(generator.Options{Group: "a#b"}); err == nil {
		t.Error("a name that is no key: no error")
	}
}

func generate(t testing.TB, o generator.Options) []model.Item {
	t.Helper()
	items, err := generator.Group(o)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func vulnerabilities(t testing.TB, items []model.Item) []model.Vulnerability {
	t.Helper()
	var list []model.Vulnerability
	for _, item := range items {
		key, err := model.KeyOf(item)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := model.SplitVulnerabilityKey(key); !ok {
			continue
		}
		v, err := model.ParseVulnerability(item)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

// kind is the literals of a key: "VULN FIN".
func kind(k model.Key) string {
	pk, _, _ := strings.Cut(k.PK, "#")
	sk, _, _ := strings.Cut(k.SK, "#")
	return pk + " " + sk
}

// written writes items with maps in order.
func written(items []model.Item) []string {
	var lines []string
	for _, item := range items {
		lines = append(lines, render(item))
	}
	return lines
}
