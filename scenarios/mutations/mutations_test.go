package mutations_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/scenarios/mutations"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestEveryVerbSaysWhatItDoes(t *testing.T) {
	for _, m := range slices.Concat(mutations.All(), mutations.Seeds()) {
		if m.Doc == "" || !strings.HasSuffix(m.Doc, ".") {
			t.Errorf("%s: doc %q, want a sentence", m.Name, m.Doc)
		}
	}
}

// Between the reading and the writing of a change another writer may come: the
// change is refused and leaves the other one's alone.
func TestAnotherWriterIsNotOverwritten(t *testing.T) {
	for name, c := range map[string]struct {
		fixture string // two_open without one
		step    string
		after   int // writes of the step, before the other writer comes
		other   func(r *recorder)
		want    string
	}{
		"an entry changed": {
			step:  "close_vulnerabilities: {vulnerabilities: [v1]}",
			other: func(r *recorder) { setDate(r, "VULN#v1 FIN#f1", "state", "2024-09-19T09:59:59+00:00") },
			want:  "update VULN#v1 FIN#f1: another writer was there since it was read",
		},
		"an entry appeared": {
			step:  "request_reattack: {vulnerabilities: [v1]}",
			other: func(r *recorder) { setDate(r, "FIN#f1 GROUP#harbor", "verification", "2024-09-19T09:59:59+00:00") },
			want:  "update FIN#f1 GROUP#harbor: another writer was there since it was read",
		},
		"the item went": {
			step:  "change_finding_severity: {finding: f1, cvss_v3: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N}",
			other: func(r *recorder) { delete(r.items, "FIN#f1 GROUP#harbor") },
			want:  "update FIN#f1 GROUP#harbor: another writer was there since it was read",
		},
		"an entry changed before its assignee was indexed": {
			step:  "assign: {vulnerability: v1, assigned: dev@example.com}",
			after: 2, // the treatment and its history
			other: func(r *recorder) { setDate(r, "VULN#v1 FIN#f1", "treatment", "2024-09-19T10:00:01+00:00") },
			want:  "update VULN#v1 FIN#f1: another writer was there since it was read",
		},
		"an entry changed before its event was indexed": {
			fixture: "one_group",
			step:    "hold_reattack: {vulnerabilities: [v4], event: e7}",
			after:   4, // the finding's verification, the vulnerability's, the history of both
			other:   func(r *recorder) { setDate(r, "VULN#v4 FIN#f1", "verification", "2024-09-19T10:00:01+00:00") },
			want:    "update VULN#v4 FIN#f1: another writer was there since it was read",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, sc := beginWith(t, cmp.Or(c.fixture, "two_open"), c.step)
			r.beforeWrite, r.skipWrites = func() { c.other(r) }, c.after
			err := run(t, r, sc.Steps[0], sc.Start)
			var refused *types.ConditionalCheckFailedException
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || !errors.As(err, &refused) {
				t.Fatalf("got %v, want %s…", err, c.want)
			}
			if last := r.log[len(r.log)-1]; last != "  refused" {
				t.Errorf("after the refusal it wrote on: %s", strings.Join(r.log, "\n"))
			}
		})
	}
}

// A change at the very time of the last one is dated a second later, so that no
// history item overwrites another.
func TestDatesOfHistoryAreDistinct(t *testing.T) {
	r, sc := begin(t, "close_vulnerabilities: {vulnerabilities: [v1]}", "reopen_vulnerabilities: {vulnerabilities: [v1]}",
		"close_vulnerabilities: {vulnerabilities: [v1]}")
	for _, step := range sc.Steps {
		if err := run(t, r, step, sc.Start); err != nil {
			t.Fatal(err)
		}
	}
	var dates []string
	for key := range r.items {
		if date, ok := strings.CutPrefix(key, "VULN#v1 STATE#2024-09-19T10:00:"); ok {
			dates = append(dates, date)
		}
	}
	slices.Sort(dates)
	if got := strings.Join(dates, " "); got != "00+00:00 01+00:00 02+00:00" {
		t.Errorf("history at seconds %s, want 00, 01 and 02", got)
	}
}

// An old item has dates without a zone; the condition quotes them as they are.
func TestOldDatesAreQuotedAsTheyStand(t *testing.T) {
	r, sc := begin(t, "close_vulnerabilities: {vulnerabilities: [v1]}")
	setDate(r, "VULN#v1 FIN#f1", "state", "2024-03-01T10:00:00")
	if err := run(t, r, sc.Steps[0], sc.Start); err != nil {
		t.Fatal(err)
	}
	if log := strings.Join(r.log, "\n"); !strings.Contains(log, "if state.modified_date = 2024-03-01T10:00:00\n") {
		t.Errorf("the condition rewrites the date:\n%s", log)
	}
}

// A vulnerability without indicators of its own gets the map whole: a path below
// a map that does not exist is refused.
func TestIndicatorsOfAVulnerabilityAreCreatedWhole(t *testing.T) {
	r, sc := begin(t, "close_vulnerabilities: {vulnerabilities: [v1]}")
	delete(r.items["VULN#v1 FIN#f1"], "unreliable_indicators")
	if err := run(t, r, sc.Steps[0], sc.Start); err != nil {
		t.Fatal(err)
	}
	got := render(r.items["VULN#v1 FIN#f1"]["unreliable_indicators"])
	if want := "{unreliable_closing_date=2024-09-19T10:00:00+00:00}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What the map holds beside what is known here stays, even when it holds nothing
// else.
func TestUnknownIndicatorsOfAVulnerabilityStay(t *testing.T) {
	r, sc := begin(t, "close_vulnerabilities: {vulnerabilities: [v1]}")
	r.items["VULN#v1 FIN#f1"]["unreliable_indicators"] = &types.AttributeValueMemberM{Value: model.Item{
		"unreliable_priority": &types.AttributeValueMemberN{Value: "7"},
	}}
	if err := run(t, r, sc.Steps[0], sc.Start); err != nil {
		t.Fatal(err)
	}
	got := render(r.items["VULN#v1 FIN#f1"]["unreliable_indicators"])
	if want := "{unreliable_closing_date=2024-09-19T10:00:00+00:00 unreliable_priority=N:7}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A refusal that was cut short has left its history and nothing else; the next one
// does not take that for the treatment before.
func TestARefusalThatWasCutShortIsNothingToGoBackTo(t *testing.T) {
	r, sc := begin(t, "request_permanent_acceptance: {vulnerability: v1}", "reject_acceptance: {vulnerability: v1}",
		"reject_acceptance: {vulnerability: v1}")
	if err := run(t, r, sc.Steps[0], sc.Start); err != nil {
		t.Fatal(err)
	}
	requested := clone(r.items["VULN#v1 FIN#f1"])
	r.beforeWrite, r.skipWrites = func() { delete(r.items, "VULN#v1 FIN#f1") }, 1
	if err := run(t, r, sc.Steps[1], sc.Start.Add(time.Minute)); err == nil {
		t.Fatal("the refusal was not cut short")
	}
	r.items["VULN#v1 FIN#f1"] = requested
	if err := run(t, r, sc.Steps[2], sc.Start.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	got := render(lookup(r.items["VULN#v1 FIN#f1"], "treatment"))
	if want := "{modified_by=analyst@example.com modified_date=2024-09-19T10:02:01+00:00 status=UNTREATED}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Reported and confirmed at one instant, the state is dated a second later; so is
// the report, and then the closing.
func TestReportAndClosingHaveTheDateOfTheirState(t *testing.T) {
	r, sc := begin(t, "report_draft_vulnerability: {id: v9, finding: f1, where: a}",
		"confirm_vulnerabilities: {vulnerabilities: [v9]}", "close_vulnerabilities: {vulnerabilities: [v9]}")
	for _, step := range sc.Steps {
		if err := run(t, r, step, sc.Start); err != nil {
			t.Fatal(err)
		}
	}
	got := render(r.items["VULN#v9 FIN#f1"]["unreliable_indicators"])
	want := "{unreliable_closing_date=2024-09-19T10:00:02+00:00 unreliable_report_date=2024-09-19T10:00:01+00:00 unreliable_source=ANALYST}"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBatchesAreCutAndSentAgain(t *testing.T) {
	r, sc := begin(t, "remove_vulnerability: {vulnerability: v1}")
	for i := range 30 {
		put(r, "VULN#v1", fmt.Sprintf("TREATMENT#2024-04-%02dT10:00:00+00:00", i+1))
	}
	r.unprocessed = 3
	if err := run(t, r, sc.Steps[0], sc.Start); err != nil {
		t.Fatal(err)
	}
	var batches []string
	for _, line := range r.log {
		if strings.HasPrefix(line, "batch") {
			batches = append(batches, line)
		}
	}
	want := "batch of 25, 3 unprocessed; batch of 3, 0 unprocessed; batch of 9, 0 unprocessed"
	if got := strings.Join(batches, "; "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for key := range r.items {
		if strings.HasPrefix(key, "VULN#v1 ") {
			t.Errorf("%s is left behind", key)
		}
	}
}

// A removal that another writer cut short is made again, and nothing is left of the
// finding: neither items nor history nor marker.
func TestARemovedFindingLeavesNothing(t *testing.T) {
	r, sc := beginWith(t, "one_group", "remove_finding: {finding: f1}", "remove_finding: {finding: f1}")
	// v10 is marked with two writes, then comes v2.
	r.beforeWrite, r.skipWrites = func() { setDate(r, "VULN#v2 FIN#f1", "state", "2024-09-19T09:59:59+00:00") }, 4
	if err := run(t, r, sc.Steps[0], sc.Start); err == nil {
		t.Fatal("the removal was not cut short")
	}
	if err := run(t, r, sc.Steps[1], sc.Start.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for key, item := range r.items {
		if strings.Contains(key, "FIN#f1") || textOf(item["finding_id"]) == "f1" {
			t.Errorf("%s is left behind", key)
		}
	}
}

func TestBatchGivesUp(t *testing.T) {
	r, sc := begin(t, "remove_vulnerability: {vulnerability: v1}")
	r.unprocessed = 1000
	err := run(t, r, sc.Steps[0], sc.Start)
	if err == nil || !strings.Contains(err.Error(), "4 of 4 requests are still unprocessed after 11 tries") {
		t.Fatalf("got %v", err)
	}
}

// The table's indexes and the secondary keys of items are the same attributes: a
// local table that lacked an index would hide what production does.
func TestTableHasTheIndexesOfTheItems(t *testing.T) {
	tables, err := harness.LoadTables(filepath.Join(root, "fixtures", "tables"))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(tables, func(t *dynamodb.CreateTableInput) bool { return aws.ToString(t.TableName) == "integrates_vms" })
	if i < 0 {
		t.Fatal("no table integrates_vms")
	}
	table := tables[i]
	if table.BillingMode != types.BillingModePayPerRequest {
		t.Errorf("billing mode %s, want on demand", table.BillingMode)
	}
	if s := table.StreamSpecification; s == nil || !aws.ToBool(s.StreamEnabled) || s.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Error("the stream must carry both images")
	}
	indexed := keyAttributes(table.KeySchema)
	var names []string
	for _, index := range table.GlobalSecondaryIndexes {
		names = append(names, aws.ToString(index.IndexName))
		indexed = append(indexed, keyAttributes(index.KeySchema)...)
		if index.Projection == nil || index.Projection.ProjectionType != types.ProjectionTypeAll {
			t.Errorf("%s does not project all", aws.ToString(index.IndexName))
		}
	}
	if got := strings.Join(names, " "); got != "inverted_index gsi_2 gsi_3 gsi_4 gsi_5 gsi_6 gsi_hash" {
		t.Errorf("indexes %s", got)
	}
	secondary, err := model.Vulnerability{ID: "v"}.SecondaryKeys()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"pk", "sk"}
	for name := range secondary {
		want = append(want, name)
	}
	var defined []string
	for _, a := range table.AttributeDefinitions {
		defined = append(defined, aws.ToString(a.AttributeName))
	}
	for what, got := range map[string][]string{"indexed": indexed, "defined": defined} {
		if sorted(got) != sorted(want) {
			t.Errorf("%s: %s\nwant: %s", what, sorted(got), sorted(want))
		}
	}
}

func keyAttributes(schema []types.KeySchemaElement) []string {
	var out []string
	for _, element := range schema {
		out = append(out, aws.ToString(element.AttributeName))
	}
	return out
}

func sorted(names []string) string {
	unique := slices.Compact(slices.Sorted(slices.Values(names)))
	return strings.Join(unique, " ")
}

// The client stops a change that was cancelled.
func TestCancelledChangeStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, sc := begin(t, "close_vulnerabilities: {vulnerabilities: [v1]}")
	for _, m := range mutations.All() {
		if m.Name != "close_vulnerabilities" {
			continue
		}
		err := m.Run(ctx, harness.Writer{DB: cancelled{newRecorder()}, Now: sc.Start, Table: "integrates_vms"}, sc.Steps[0].Args)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the cancellation", err)
		}
	}
}

// begin seeds two_open and loads the steps.
func begin(t *testing.T, steps ...string) (*recorder, *scenario.Scenario) {
	t.Helper()
	return beginWith(t, "two_open", steps...)
}

func beginWith(t *testing.T, fixture string, steps ...string) (*recorder, *scenario.Scenario) {
	t.Helper()
	archive := archiveOf(steps)
	archive.Files = append(archive.Files, txtar.File{Name: "fixture", Data: []byte(fixture)})
	sc := load(t, archive)
	r := newRecorder()
	seed(t, r, sc)
	r.log = nil
	return r, sc
}

func setDate(r *recorder, key, entry, date string) {
	item := clone(r.items[key])
	m, ok := item[entry].(*types.AttributeValueMemberM)
	if !ok {
		m = &types.AttributeValueMemberM{Value: model.Item{}}
	}
	m.Value["modified_date"] = &types.AttributeValueMemberS{Value: date}
	item[entry] = m
	r.items[key] = item
}

func put(r *recorder, pk, sk string) {
	r.items[pk+" "+sk] = model.Item{
		"pk": &types.AttributeValueMemberS{Value: pk}, "sk": &types.AttributeValueMemberS{Value: sk},
		"status": &types.AttributeValueMemberS{Value: "UNTREATED"}, "modified_date": &types.AttributeValueMemberS{Value: model.FormatTime(time.Unix(0, 0))},
	}
}
