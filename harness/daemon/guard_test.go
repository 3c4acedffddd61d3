package daemon_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// writers are mappings that each read one table and write to another, and other
// programs; the gate that ties their records to them is this test's.
type writers struct {
	log     *trace.Log
	loops   *daemon.Loops
	reads   []int // the table of each mapping
	written []int // the table that it writes to; -1 for none
	seen    map[string]gate.Seen
	pending [][]core.Record // of each mapping, what it has not been given
	paused  map[int]bool
	n       int
}

func newWriters(depth int, reads, written []int) *writers {
	still := func() time.Time { return time.Unix(0, 0).UTC() }
	w := &writers{
		log: trace.New(still, still), reads: reads, written: written,
		seen: map[string]gate.Seen{}, pending: make([][]core.Record, len(reads)), paused: map[int]bool{},
	}
	w.log.EndSetup()
	w.loops = daemon.NewLoops(w.log, w, depth, len(reads))
	return w
}

// Know and Alias are the gate's.
func (w *writers) Know(_, _ string, records []core.Record) []gate.Seen {
	var known []gate.Seen
	for _, r := range records {
		known = append(known, w.seen[r.Sequence])
	}
	return known
}

func (w *writers) Alias(shard string) string { return shard }

// write has an invocation write a record into a table; "" is another program.
func (w *writers) write(by trace.ID, depth, table int, key string) {
	kind, cause := trace.RecordOrphan, []trace.ID(nil)
	if by != "" {
		kind, cause = trace.RecordSeen, []trace.ID{w.log.Mint(trace.TypeWrite)}
		e, _ := w.log.Find(by)
		w.log.Append(trace.Event{Kind: trace.Write, ID: cause[0], Actor: e.Actor, Op: "PutItem", Key: key, Cause: []trace.ID{by}})
	}
	w.n++
	s := gate.Seen{ID: w.log.Mint(trace.TypeRecord), Depth: depth}
	w.log.Append(trace.Event{Kind: kind, ID: s.ID, Op: "MODIFY", Key: key, Cause: cause})
	r := core.Record{Sequence: strconv.Itoa(w.n)}
	w.seen[r.Sequence] = s
	for m, read := range w.reads {
		if read == table {
			w.pending[m] = append(w.pending[m], r)
		}
	}
}

// invoke gives a mapping so many of its records.
func (w *writers) invoke(m, records int, window *core.Window) (depth int, feeds bool, chain []daemon.Link) {
	given := w.pending[m][:records]
	w.pending[m] = w.pending[m][records:]
	id, depth, feeds, chain := w.loops.Began(consumer.Occurrence{
		Place: consumer.Place{Mapping: name(m), ShardID: "s"},
		Fact:  consumer.InvocationStarted{Call: consumer.Call{RequestID: "q", Records: given, Window: window}},
	})
	if feeds {
		w.paused[m] = true
	}
	if to := w.written[m]; to >= 0 && (window == nil || window.Final) {
		w.write(id, depth, to, fmt.Sprintf("t%d item", to))
	}
	return depth, feeds, chain
}

func name(m int) string { return string(rune('a' + m)) }

// feeds tells whether what a mapping writes may reach itself.
func (w *writers) feeds(m int) bool {
	reached, next := map[int]bool{}, []int{m}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		for other, read := range w.reads {
			if w.written[at] == read && !reached[other] {
				reached[other] = true
				next = append(next, other)
			}
		}
	}
	return reached[m]
}

// TestOnlyWhatFeedsItselfIsPaused lets any mappings run on any batches, while
// others write; and when those have stopped, everything comes to rest.
func TestOnlyWhatFeedsItselfIsPaused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tables := rapid.IntRange(1, 4).Draw(t, "tables")
		mappings := rapid.IntRange(1, 5).Draw(t, "mappings")
		table := rapid.IntRange(-1, tables-1)
		var reads, written []int
		for range mappings {
			reads = append(reads, rapid.IntRange(0, tables-1).Draw(t, "reads"))
			written = append(written, table.Draw(t, "written"))
		}
		depth := rapid.IntRange(1, 6).Draw(t, "depth")
		w := newWriters(depth, reads, written)
		run := func(m int) {
			deep, feeds, _ := w.invoke(m, rapid.IntRange(1, len(w.pending[m])).Draw(t, "records"), nil)
			if feeds && (!w.feeds(m) || deep <= depth) {
				t.Fatalf("%s is paused at depth %d of %d; mappings read %v and write %v", name(m), deep, depth, reads, written)
			}
		}
		ready := func() (able []int) {
			for m := range w.pending {
				if len(w.pending[m]) > 0 && !w.paused[m] {
					able = append(able, m)
				}
			}
			return able
		}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			able := ready()
			if len(able) == 0 || rapid.Bool().Draw(t, "other program") {
				w.write("", 0, rapid.IntRange(0, tables-1).Draw(t, "table"), "other")
				continue
			}
			run(rapid.SampledFrom(able).Draw(t, "mapping"))
		}
		for left := 5000; ; left-- {
			able := ready()
			if len(able) == 0 {
				return
			}
			if left == 0 {
				t.Fatalf("it does not come to rest: mappings read %v and write %v, paused are %v", reads, written, w.paused)
			}
			run(rapid.SampledFrom(able).Draw(t, "mapping"))
		}
	})
}

func TestAMappingIsPausedAtTheDepthThatItIsGiven(t *testing.T) {
	const depth = 16
	w := newWriters(depth, []int{0, 0}, []int{0, -1}) // a writes what it reads, b reads it, too
	w.write("", 0, 0, "t0 item")
	for n := 1; n <= 3*depth; n++ {
		if _, feeds, _ := w.invoke(1, 1, nil); feeds {
			t.Fatalf("b is paused at depth %d", n)
		}
		deep, feeds, _ := w.invoke(0, 1, nil)
		if deep != n || feeds != (n == depth+1 || n == 2*depth+2) { // it may go as deep again
			t.Fatalf("a: depth %d, paused %v in invocation %d", deep, feeds, n)
		}
	}
}

func TestAnInvocationIsAsDeepAsTheLeastDeepOfItsBatch(t *testing.T) {
	w := newWriters(1, []int{0}, []int{0})
	w.write("", 0, 0, "t0 item")
	for n := range 20 {
		w.write("", 0, 0, "t0 other")
		if depth, feeds, _ := w.invoke(0, len(w.pending[0]), nil); depth != 1 || feeds {
			t.Fatalf("batch %d: depth %d, paused %v", n, depth, feeds)
		}
	}
}

func TestAWindowIsFedByAllOfItsBatches(t *testing.T) {
	w := newWriters(3, []int{0}, []int{0})
	w.write("", 0, 0, "t0 item")
	var depths []int
	for range 3 {
		open := &core.Window{}
		depth, _, _ := w.invoke(0, 1, open)
		final, _, _ := w.invoke(0, 0, &core.Window{Final: true})
		again, _, _ := w.invoke(0, 0, &core.Window{Final: true}) // its next attempt
		depths = append(depths, depth, final, again)
		w.pending[0] = w.pending[0][:1]
	}
	if d := cmp.Diff([]int{1, 1, 1, 2, 2, 2, 3, 3, 3}, depths); d != "" {
		t.Error("depths (-want +got):\n" + d)
	}
}

func TestRepeating(t *testing.T) {
	links := func(text string) (all []daemon.Link) {
		for _, c := range text {
			all = append(all, daemon.Link{Trigger: string(c), Key: string(c)})
		}
		return all
	}
	for _, tt := range []struct {
		chain         string
		period, times int
	}{
		{"", 0, 0}, {"a", 0, 0}, {"ab", 0, 0}, {"aa", 1, 2}, {"abab", 2, 2}, {"xyababab", 2, 3},
		{"xabcabcab", 3, 2}, {"abcdabc", 0, 0}, {"aaaab", 0, 0}, {"ababcabcabc", 3, 3},
	} {
		period, times := daemon.Repeating(links(tt.chain))
		if period != tt.period || times != tt.times {
			t.Errorf("%s: %d, %d times; want %d, %d times", tt.chain, period, times, tt.period, tt.times)
		}
	}
	// A new item each time is the same all the same.
	fresh := links("xababab")
	for i := range fresh {
		fresh[i].Key = strconv.Itoa(i)
	}
	if period, times := daemon.Repeating(fresh); period != 2 || times != 3 {
		t.Errorf("new items: %d, %d times", period, times)
	}
}

func TestTheChainHasWhatRepeatsOnce(t *testing.T) {
	w := newWriters(4, []int{0}, []int{0})
	w.write("", 0, 0, "t0 first")
	var chain []daemon.Link
	for range 5 {
		_, _, chain = w.invoke(0, 1, nil)
	}
	var got []string
	for _, l := range chain {
		got = append(got, fmt.Sprintf("%-5v %-2s %s", l.Repeats, l.ID, l))
	}
	want := []string{
		"false r1 record MODIFY t0 first, written by another program",
		"true  i4 a is invoked with 1 record",
		"true  w4 a writes t0 item, PutItem",
		"true  r5 record MODIFY t0 item",
		"true     … 4 times, the last of which is shown",
		"false i5 a is invoked with 1 record",
	}
	if !slices.Equal(got, want) {
		t.Error("chain (-want +got):\n" + cmp.Diff(want, got))
	}
}
