package recompute_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a table of findings whose indicators nobody has computed: f1 to f9 in
// harbor, i1 to i3 in island, each with an open vulnerability and a comment.
type world struct {
	*memory.Client
	database *memory.Database
	t        *testing.T
	recompute.Options
	done []string // findings in the order in which they were done
	log  bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	database := memory.NewDatabase(memory.Options{})
	client := memory.NewClient(database)
	tables, err := harness.LoadTables(filepath.Join("..", "..", "fixtures", "tables"))
	if err != nil {
		t.Fatal(err)
	}
	tables = append(tables, &dynamodb.CreateTableInput{TableName: aws.String("integrates_jobs"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("job"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("job"), KeyType: types.KeyTypeHash}}})
	for _, table := range tables {
		if _, err := client.CreateTable(context.Background(), table); err != nil {
			t.Fatal(err)
		}
	}
	w := &world{Client: client, database: database, t: t}
	w.Options = recompute.Options{
		DynamoDB: client, Table: "integrates_vms", PageSize: 4,
		Indicators:  indicators.New(indicators.Options{DynamoDB: client, Table: "integrates_vms"}),
		Checkpoints: recompute.Items{DynamoDB: client, Table: "integrates_jobs"},
		Observe:     func(o recompute.Outcome) { w.done = append(w.done, o.Finding) },
		Log:         slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	for i := range 9 {
		w.finding(fmt.Sprintf("f%d", i+1), "harbor")
	}
	for i := range 3 {
		w.finding(fmt.Sprintf("i%d", i+1), "island")
	}
	return w
}

func (w *world) finding(id, group string) {
	w.t.Helper()
	w.put(model.Finding{ID: id, GroupName: group, Title: "XSS", State: model.FindingState{Status: model.FindingApproved}})
	w.put(model.Vulnerability{ID: "v-" + id, FindingID: id, GroupName: group, State: model.State{Status: model.StateVulnerable, Where: "a"}})
	w.put(model.Comment{ID: "c-" + id, FindingID: id})
}

func (w *world) put(entity interface{ Item() (model.Item, error) }) {
	w.t.Helper()
	item, err := entity.Item()
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("integrates_vms"), Item: item}); err != nil {
		w.t.Fatal(err)
	}
}

// computed lists the findings that have indicators.
func (w *world) computed() (ids []string) {
	w.t.Helper()
	out, err := w.Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("integrates_vms")})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, item := range out.Items {
		key, _ := model.KeyOf(item)
		if id, _, ok := model.SplitFindingKey(key); ok && item["unreliable_indicators"] != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (w *world) run(r recompute.Request) (recompute.Summary, error) {
	w.done = nil
	return recompute.Run(context.Background(), w.Options, r)
}

var (
	harbor = []string{"f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"}
	all    = append(slices.Clone(harbor), "i1", "i2", "i3")
)

func TestWhichFindingsAreComputed(t *testing.T) {
	for name, test := range map[string]struct {
		request recompute.Request
		want    []string
	}{
		"all":            {recompute.Request{All: true}, all},
		"a group":        {recompute.Request{Group: "harbor"}, harbor},
		"an empty group": {recompute.Request{Group: "nowhere"}, nil},
		"named":          {recompute.Request{Findings: []string{"i2", "f7", "i2"}}, []string{"f7", "i2"}},
		"more than fit on a page": {recompute.Request{Findings: []string{"f1", "f2", "f3", "f4", "f5", "f6"}},
			[]string{"f1", "f2", "f3", "f4", "f5", "f6"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			summary, err := w.run(test.request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, w.computed()); diff != "" {
				t.Errorf("computed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(recompute.Summary{Findings: len(test.want), Changed: len(test.want)}, summary); diff != "" {
				t.Errorf("summary: %s", diff)
			}
			again, err := w.run(test.request)
			if err != nil || again.Findings != len(test.want) || again.Changed != 0 {
				t.Errorf("again: %+v, %v, want every finding looked at and none changed", again, err)
			}
		})
	}
}

func TestAFindingThatDoesNotExistIsNoError(t *testing.T) {
	w := newWorld(t)
	summary, err := w.run(recompute.Request{Findings: []string{"gone"}})
	if err != nil || summary.Findings != 1 || summary.Changed != 0 {
		t.Errorf("%+v, %v", summary, err)
	}
}

func TestADryRunReportsTheDriftAndWritesNothing(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(recompute.Request{Group: "island"}); err != nil {
		t.Fatal(err)
	}
	w.put(model.Vulnerability{ID: "late", FindingID: "i2", GroupName: "island", State: model.State{Status: model.StateVulnerable, Where: "b"}})
	writes, drift := w.database.Writes(), map[string][]string{}
	w.Checkpoints = nil
	w.Observe = func(o recompute.Outcome) {
		for _, d := range o.Drift {
			drift[o.Finding] = append(drift[o.Finding], d.Indicator)
		}
	}
	summary, err := w.run(recompute.Request{Group: "island", DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if summary.Findings != 3 || summary.Changed != 1 || !slices.Contains(drift["i2"], "where") || len(drift) != 1 {
		t.Errorf("summary %+v, drift %v, want that of i2 alone", summary, drift)
	}
	if n := w.database.Writes() - writes; n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestAJobThatIsStoppedIsResumed(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.Observe = func(o recompute.Outcome) {
		if w.done = append(w.done, o.Finding); len(w.done) == 6 {
			cancel()
		}
	}
	request := recompute.Request{Group: "harbor"}
	if _, err := recompute.Run(ctx, w.Options, request); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "run the same again to resume") {
		t.Errorf("error = %v", err)
	}
	summary, err := w.run(request)
	if err != nil {
		t.Fatal(err)
	}
	// The second page was broken off: it is done again from its beginning.
	if diff := cmp.Diff(harbor[4:], w.done); diff != "" {
		t.Errorf("resumed with (-want +got):\n%s", diff)
	}
	if summary.Findings != 9 {
		t.Errorf("summary %+v, want 9 over both runs", summary)
	}
	if diff := cmp.Diff(harbor, w.computed()); diff != "" {
		t.Error(diff)
	}
	if _, err := w.run(request); err != nil || len(w.done) != 9 {
		t.Errorf("a job that ended is not resumed: %v, %v", w.done, err)
	}
}

// failing fails for some findings.
type failing struct {
	recompute.Indicators
	broken map[string]bool
	every  bool
}

func (f failing) Recompute(ctx context.Context, id string) (int, error) {
	if f.every || f.broken[id] {
		return 0, errors.New("throttled")
	}
	return f.Indicators.Recompute(ctx, id)
}

func TestAFindingThatFailsIsTriedAgainByTheNextRun(t *testing.T) {
	w := newWorld(t)
	broken := map[string]bool{"f2": true, "f8": true}
	w.Indicators = failing{Indicators: w.Indicators, broken: broken}
	request := recompute.Request{Group: "harbor"}
	summary, err := w.run(request)
	if err == nil || !strings.Contains(err.Error(), "2 of 9 findings failed, run the same again to try them: f2, f8") {
		t.Errorf("error = %v", err)
	}
	if diff := cmp.Diff(recompute.Summary{Findings: 9, Changed: 7, Failed: []string{"f2", "f8"}}, summary); diff != "" {
		t.Error(diff)
	}
	delete(broken, "f2")
	if summary, err = w.run(request); err == nil || !slices.Equal(w.done, []string{"f2", "f8"}) || !slices.Equal(summary.Failed, []string{"f8"}) {
		t.Errorf("done %v, %+v, %v", w.done, summary, err)
	}
	clear(broken)
	summary, err = w.run(request)
	if diff := cmp.Diff(recompute.Summary{Findings: 9, Changed: 9}, summary); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	if diff := cmp.Diff(harbor, w.computed()); diff != "" {
		t.Error(diff)
	}
}

// Findings that are handed over a second time are all computed, though an earlier job
// for the same ones failed at one of them; an attempt of the same job goes on.
func TestAJobOfItsOwnNameBeginsAnew(t *testing.T) {
	w := newWorld(t)
	broken := map[string]bool{"f2": true}
	w.Indicators = failing{Indicators: w.Indicators, broken: broken}
	request := recompute.Request{Findings: []string{"f1", "f2"}}
	w.Job = "first"
	if _, err := w.run(request); err == nil {
		t.Fatal("no error")
	}
	w.put(model.Vulnerability{ID: "late", FindingID: "f1", GroupName: "harbor", State: model.State{Status: model.StateVulnerable, Where: "b"}})
	clear(broken)
	w.Job = "second"
	if summary, err := w.run(request); err != nil || summary.Changed != 2 || !slices.Equal(w.done, []string{"f1", "f2"}) {
		t.Errorf("the second job did %v: %+v, %v", w.done, summary, err)
	}
	w.Job = "first"
	if _, err := w.run(request); err != nil || !slices.Equal(w.done, []string{"f2"}) {
		t.Errorf("the first job, run again, did %v: %v", w.done, err)
	}
}

func TestAJobGivesUpWhenAllFails(t *testing.T) {
	w := newWorld(t)
	for i := range 150 {
		w.finding(fmt.Sprintf("g%d", i), "harbor")
	}
	w.Indicators = failing{every: true}
	w.PageSize = 0
	if _, err := w.run(recompute.Request{All: true}); err == nil || !strings.Contains(err.Error(), "given up: 100 findings failed, the last one: throttled") || len(w.done) != 100 {
		t.Errorf("error = %v after %d findings", err, len(w.done))
	}
}

func TestTheProgressIsLogged(t *testing.T) {
	w := newWorld(t)
	if _, err := w.run(recompute.Request{Group: "harbor"}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"findings=4 changed=4 failed=0 dry_run=false ended=false", "findings=9 changed=9 failed=0 dry_run=false ended=true"} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("log %s, want %q", w.log.String(), want)
		}
	}
}

func TestOptionsThatAreMissing(t *testing.T) {
	w := newWorld(t)
	for _, spoil := range []func(*recompute.Options){
		func(o *recompute.Options) { o.DynamoDB = nil }, func(o *recompute.Options) { o.Table = "" }, func(o *recompute.Options) { o.Indicators = nil },
	} {
		o := w.Options
		spoil(&o)
		if _, err := recompute.Run(context.Background(), o, recompute.Request{All: true}); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}
