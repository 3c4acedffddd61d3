package trace_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// ticker is a real clock that moves a millisecond a look.
func ticker() trace.Clock {
	now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Millisecond); return now }
}

func still() trace.Clock {
	return func() time.Time { return time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC) }
}

func cascade(real trace.Clock) *trace.Log {
	l := trace.New(real, still())
	l.EndSetup()
	m := l.Mint(trace.TypeMutation)
	l.Append(trace.Event{Kind: trace.MutationStart, ID: m, Actor: "close_vulnerabilities", Ref: "close_one.yaml:5"})
	w := l.Mint(trace.TypeWrite)
	l.Append(trace.Event{Kind: trace.Write, ID: w, Op: "UpdateItem", Cause: []trace.ID{m}})
	r := l.Mint(trace.TypeRecord)
	l.Append(trace.Event{Kind: trace.RecordSeen, ID: r, Op: "MODIFY", Cause: []trace.ID{w}})
	b := l.Mint(trace.TypeBatch)
	l.Append(trace.Event{Kind: trace.BatchFormed, ID: b, Cause: []trace.ID{r}})
	i := l.Mint(trace.TypeInvocation)
	l.Append(trace.Event{Kind: trace.InvokeStart, ID: i, Cause: []trace.ID{b}})
	l.Append(trace.Event{Kind: trace.InvokeEnd, ID: i, Note: "ok", Took: time.Millisecond})
	return l
}

func TestIDsOfTheFixtureDoNotUseUpThoseOfTheReport(t *testing.T) {
	l := trace.New(ticker(), still())
	fixture := l.Mint(trace.TypeRecord)
	l.EndSetup()
	first := l.Mint(trace.TypeRecord)
	if fixture != "r0.1" || first != "r1" {
		t.Fatalf("ids %s, %s: want r0.1, r1", fixture, first)
	}
	if !fixture.FromFixture() || first.FromFixture() {
		t.Fatalf("FromFixture: %s %v, %s %v", fixture, fixture.FromFixture(), first, first.FromFixture())
	}
}

func TestCanonicalIgnoresRealTimeAndNothingElse(t *testing.T) {
	slow := func() trace.Clock {
		c := ticker()
		return func() time.Time { c(); c(); return c() }
	}
	if a, b := cascade(ticker()).Canonical(), cascade(slow()).Canonical(); a != b {
		t.Errorf("two runs of different speed differ:\n%s\n%s", a, b)
	}
	other := cascade(ticker())
	other.Append(trace.Event{Kind: trace.Checkpoint})
	if cascade(ticker()).Canonical() == other.Canonical() {
		t.Error("a further event left the canonical log as it was")
	}
}

func TestNotesHaveNothingThatTwoRunsDoNotShare(t *testing.T) {
	l := trace.New(ticker(), still())
	l.Append(trace.Event{Note: "StatusCode: 400, RequestID: 1a-2b, ValidationException: no; dial 127.0.0.1:4711: refused"})
	if got, want := l.Events()[0].Note, "StatusCode: 400, ValidationException: no; dial : refused"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestNDJSONHasALinePerEvent(t *testing.T) {
	var b bytes.Buffer
	l := cascade(ticker())
	if err := l.WriteNDJSON(&b); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(b.String(), "\n"), len(l.Events()); got != want {
		t.Errorf("%d lines for %d events", got, want)
	}
	if !strings.Contains(b.String(), `"ref":"close_one.yaml:5"`) {
		t.Errorf("no source position in\n%s", b.String())
	}
}

func TestALogThatKeepsTheLastForgetsTheFirst(t *testing.T) {
	const keep, events = 10, 1000
	l := trace.New(ticker(), still())
	l.EndSetup()
	l.KeepLast(keep)
	var cause []trace.ID
	for n := 1; n <= events; n++ {
		id := l.Mint(trace.TypeWrite)
		l.Append(trace.Event{Kind: trace.Write, ID: id, Cause: cause})
		cause = []trace.ID{id}
		held := l.Events()
		if len(held) >= 2*keep || len(held) < min(n, keep) {
			t.Fatalf("%d events held after %d", len(held), n)
		}
		if newest := held[len(held)-1]; newest.ID != id || newest.Seq != n {
			t.Fatalf("newest event is %s, %d: want %s, %d", newest.ID, newest.Seq, id, n)
		}
		for i, e := range held {
			if found, ok := l.Find(e.ID); !ok || found.Seq != e.Seq || e.Seq != held[0].Seq+i {
				t.Fatalf("event %d: found %d, %v", e.Seq, found.Seq, ok)
			}
		}
	}
	held := l.Events()
	if e, ok := l.Find("w1"); ok {
		t.Errorf("the first event is remembered: %v", e)
	}
	if chain := l.Chain(cause[0]); len(chain) != len(held) {
		t.Errorf("a chain of %d events, %d are held", len(chain), len(held))
	}
}

func TestALogCanBeginToForgetLate(t *testing.T) {
	l := cascade(ticker())
	l.KeepLast(2)
	held := l.Events()
	if len(held) != 2 || held[1].Kind != trace.InvokeEnd {
		t.Fatalf("held: %v", held)
	}
	if _, ok := l.Find("m1"); ok {
		t.Error("m1 is remembered")
	}
}

func ExampleLog_Chain() {
	for _, e := range cascade(ticker()).Chain("i1") {
		fmt.Fprintf(os.Stdout, "%s %s\n", e.ID, e.Kind)
	}
	// Output:
	// i1 invoke.start
	// b1 batch.formed
	// r1 record.seen
	// w1 write.ack
	// m1 mutation.start
}
