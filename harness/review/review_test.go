package review_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/golden"
	"github.com/stillwater-streams/stillwater/harness/review"
	"github.com/stillwater-streams/stillwater/harness/runs"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// project is one with pending snapshots: two that change in the same way, one in
// another, and one whose snapshot is missing. The first has its run beside it.
func project(tb testing.TB) review.Options {
	o := review.Options{Root: tb.TempDir()}
	propose(tb, o, "orders/discount", "5", "4")
	propose(tb, o, "orders/refund", "5", "4")
	propose(tb, o, "totals/empty", "1", "0")
	propose(tb, o, "totals/fresh", "", "7")
	keep(tb, o, "orders/discount", "4")
	scenarios := filepath.Join(o.Root, "scenarios", "orders")
	if err := os.MkdirAll(scenarios, 0o777); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(scenarios, "discount.yaml"), []byte("title: a discount\nsteps:\n  - grant: {to: o1}\n"), 0o666); err != nil {
		tb.Fatal(err)
	}
	return o
}

// rendering shows the count of one order, whose label is the scenario's.
func rendering(name, count string) snapshot.Rendering {
	return snapshot.Document{Scenario: name, Sections: []snapshot.Section{{
		View: "counts", Label: filepath.Base(name), Value: &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"count": &types.AttributeValueMemberN{Value: count}, "name": &types.AttributeValueMemberS{Value: "x"},
		}},
	}}}.Render()
}

// propose makes before the snapshot of a scenario, if it is not empty, and lets a
// run propose now.
func propose(tb testing.TB, o review.Options, name, before, now string) {
	tb.Helper()
	store := snapshot.Store{Dir: filepath.Join(o.Root, "snapshots"), Pending: filepath.Join(o.Root, ".runs")}
	if before != "" {
		store.Update = true
		if _, err := store.Compare(name, rendering(name, before)); err != nil {
			tb.Fatal(err)
		}
		store.Update = false
	}
	if _, err := store.Compare(name, rendering(name, now)); err != nil {
		tb.Fatal(err)
	}
}

// keep writes the run that proposed a count, so that its lines have causes.
func keep(tb testing.TB, o review.Options, name, count string) {
	tb.Helper()
	now := func() time.Time { return time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC) }
	log := trace.New(now, now)
	log.EndSetup()
	log.Append(trace.Event{Kind: trace.MutationStart, ID: "m1", Actor: "grant o1", Ref: filepath.Base(name) + ".yaml:3"})
	log.Append(trace.Event{Kind: trace.Write, ID: "w1", Op: "UpdateItem", Key: "t discount", Cause: []trace.ID{"m1"}, Note: "ok", N: 1})
	log.Append(trace.Event{Kind: trace.RecordSeen, ID: "r1", Op: "MODIFY", Key: "t discount", Cause: []trace.ID{"w1"}})
	r := &harness.Result{
		Scenario: &scenario.Scenario{Name: name, Path: "scenarios/" + name + ".yaml"}, Outcome: harness.Differs, Log: log,
		Rendering: rendering(name, count), Sources: []string{"t discount"},
	}
	if err := runs.Write(filepath.Join(o.Root, ".runs"), r); err != nil {
		tb.Fatal(err)
	}
}

func pending(tb testing.TB, o review.Options) []review.Change {
	tb.Helper()
	list, err := review.Pending(o)
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func names(list []review.Change) []string {
	var names []string
	for _, c := range list {
		names = append(names, c.Name)
	}
	return names
}

func TestWhatIsPending(t *testing.T) {
	o := project(t)
	list := pending(t, o)
	if got, want := names(list), []string{"orders/discount", "orders/refund", "totals/empty", "totals/fresh"}; !slices.Equal(got, want) {
		t.Fatalf("pending %q, want %q", got, want)
	}
	var causes []string
	for _, c := range list {
		for _, l := range c.Lines() {
			if l.Cause != nil {
				causes = append(causes, c.Name+" "+l.Op+strings.TrimSpace(l.Text)+" "+l.Cause.Text)
			}
		}
	}
	if want := []string{"orders/discount +count: 4 ← w1 ← m1 yaml:3"}; !slices.Equal(causes, want) {
		t.Errorf("causes %q, want %q: only one run is kept", causes, want)
	}
}

// A pending text that a run no longer proposes, and a run of another text, are not
// mixed up with what is there.
func TestARunOfAnotherTextHasNoCauses(t *testing.T) {
	o := project(t)
	propose(t, o, "orders/discount", "", "3")
	for _, l := range pending(t, o)[0].Lines() {
		if l.Cause != nil {
			t.Errorf("%s%s has the cause %s of another run", l.Op, l.Text, l.Cause.Text)
		}
	}
	propose(t, o, "totals/empty", "0", "1") // accepted 0, then 1 is proposed
	store := snapshot.Store{Dir: filepath.Join(o.Root, "snapshots"), Update: true}
	if _, err := store.Compare("totals/empty", rendering("totals/empty", "1")); err != nil {
		t.Fatal(err)
	}
	if got := names(pending(t, o)); slices.Contains(got, "totals/empty") {
		t.Errorf("pending %q, though its snapshot agrees by now", got)
	}
}

func TestTheSameChangeIsOneGroup(t *testing.T) {
	var got [][]string
	for _, g := range review.Groups(pending(t, project(t))) {
		got = append(got, g.Names())
	}
	if d := cmp.Diff([][]string{{"orders/discount", "orders/refund"}, {"totals/empty"}, {"totals/fresh"}}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAcceptAndReject(t *testing.T) {
	for _, tt := range []struct {
		verb      string
		arguments []string
		want      []string // done
		fails     string
	}{
		{verb: "accept", arguments: []string{"orders/discount"}, want: []string{"orders/discount"}},
		{verb: "accept", arguments: []string{"orders/*", "totals"}, want: []string{"orders/discount", "orders/refund", "totals/empty", "totals/fresh"}},
		{verb: "accept", arguments: []string{"ROOT/.runs/totals/fresh.snap.new"}, want: []string{"totals/fresh"}},
		{verb: "accept", arguments: []string{"scenarios/totals/fresh.yaml", "snapshots/orders/refund.snap"}, want: []string{"orders/refund", "totals/fresh"}},
		{verb: "accept", arguments: []string{"orders/discount", "orders/nothing"}, fails: "it is not pending; pending: orders/discount, "},
		{verb: "accept", fails: "name what is meant"},
		{verb: "accept", arguments: []string{"["}, fails: "not a pattern"},
		{verb: "reject", arguments: []string{"orders"}, want: []string{"orders/discount", "orders/refund"}},
		{verb: "reject", arguments: []string{"x"}, fails: "it is not pending"},
	} {
		t.Run(strings.Join(append([]string{tt.verb}, tt.arguments...), " "), func(t *testing.T) {
			o := project(t)
			before := names(pending(t, o))
			for i := range tt.arguments {
				tt.arguments[i] = strings.ReplaceAll(tt.arguments[i], "ROOT", o.Root)
			}
			do := review.Accept
			if tt.verb == "reject" {
				do = review.Reject
			}
			done, err := do(o, tt.arguments...)
			if tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)) || tt.fails == "" && err != nil {
				t.Fatalf("error %v, want %q", err, tt.fails)
			}
			if !slices.Equal(done, tt.want) {
				t.Errorf("done %q, want %q", done, tt.want)
			}
			left := slices.DeleteFunc(before, func(name string) bool { return slices.Contains(tt.want, name) })
			if got := names(pending(t, o)); !slices.Equal(got, left) {
				t.Errorf("left %q, want %q", got, left)
			}
			for _, name := range tt.want {
				want := map[string]string{"orders/discount": "5", "orders/refund": "5"}[name]
				if tt.verb == "accept" {
					want = map[string]string{"orders/discount": "4", "orders/refund": "4", "totals/empty": "0", "totals/fresh": "7"}[name]
				}
				if got := count(t, o, name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// count is what the snapshot of a scenario says, "" if there is none.
func count(t *testing.T, o review.Options, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(o.Root, "snapshots", filepath.FromSlash(name)+".snap"))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "count: ")
	value, _, _ := strings.Cut(rest, "\n")
	return value
}

func TestNothingIsAcceptedInCI(t *testing.T) {
	o := project(t)
	o.ReadOnly = true
	if done, err := review.Accept(o, "orders"); err == nil || len(done) > 0 {
		t.Errorf("accepted %q, %v", done, err)
	}
}

func TestLists(t *testing.T) {
	o := project(t)
	for file, write := range map[string]func(*bytes.Buffer, []review.Change) error{
		"pending.txt":  func(b *bytes.Buffer, list []review.Change) error { return review.WriteText(b, list) },
		"pending.json": func(b *bytes.Buffer, list []review.Change) error { return review.WriteJSON(b, list) },
	} {
		t.Run(file, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b, pending(t, o)); err != nil {
				t.Fatal(err)
			}
			requireGolden(t, file, strings.ReplaceAll(b.String(), o.Root+string(filepath.Separator), ""))
		})
	}
	var none bytes.Buffer
	if err := review.WriteText(&none, nil); err != nil || none.String() != "nothing is pending\n" {
		t.Errorf("%q, %v", none.String(), err)
	}
	none.Reset()
	var list review.List
	if err := review.WriteJSON(&none, nil); err != nil || json.Unmarshal(none.Bytes(), &list) != nil || list.Pending == nil {
		t.Errorf("%s, %v", &none, err)
	}
}

// Keys and sizes against the screen, without a terminal: what is shown is in
// testdata.
func TestScreenByKeys(t *testing.T) {
	o := project(t)
	s := review.NewState(pending(t, o), o)
	var b strings.Builder
	show := func(what string) {
		fmt.Fprintf(&b, "> %s\n", what)
		for _, line := range s.Rows() {
			fmt.Fprintf(&b, "|%s\n", line)
		}
	}
	show("at 80x24")
	s.Resize(44, 12)
	show("at 44x12")
	s.Key("down")
	show("down")
	s.Key("v")
	show("v")
	s.Resize(80, 24)
	s.Key("a")
	show("a, at 80x24")
	s.Key("left")
	show("left")
	s.Key("r")
	show("r, which is too late")
	s.Key("right")
	s.Key("s")
	show("right, s")
	s.Key("R")
	fmt.Fprintf(&b, "> R\nover: %v\n%v\n", s.Over(), s.Decided())
	requireGolden(t, "screen.txt", b.String())
}

// Every line fits, whatever the size, and the keys are always there.
func TestEverySizeFits(t *testing.T) {
	o := project(t)
	s := review.NewState(pending(t, o), o)
	for width := 1; width <= 120; width += 3 {
		for height := 1; height <= 40; height++ {
			s.Resize(width, height)
			s.Key("end")
			rows := s.Rows()
			if len(rows) != height {
				t.Fatalf("%dx%d: %d lines", width, height, len(rows))
			}
			for _, row := range rows {
				if n := len([]rune(row)); n > width {
					t.Fatalf("%dx%d: %q is %d wide", width, height, row, n)
				}
			}
		}
	}
}

// What is accepted is what was shown.
func TestAReplacedTextIsNotAccepted(t *testing.T) {
	o := project(t)
	s := review.NewState(pending(t, o), o)
	propose(t, o, "orders/refund", "", "2") // the second of the first group
	s.Key("a")
	if screen := strings.Join(s.Rows(), "\n"); !strings.Contains(screen, "has proposed another text") || s.Over() {
		t.Errorf("shown:\n%s", screen)
	}
	if got := count(t, o, "orders/refund"); got != "5" {
		t.Errorf("orders/refund is %s", got)
	}
}

func requireGolden(t *testing.T, name, got string) {
	t.Helper()
	golden.File(t, filepath.Join("testdata", name), got)
}
