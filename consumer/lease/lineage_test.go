package lease_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// What the consumer lists is what the rules here are asked about.
var _ = lease.Shard(consumer.Shard{})

// shards reads "a", "b<a" (b is a child of a) and "c<b!" (c is closed).
func shards(text string) []lease.Shard {
	var shards []lease.Shard
	for _, word := range strings.Fields(text) {
		word, closed := strings.CutSuffix(word, "!")
		id, parent, _ := strings.Cut(word, "<")
		shards = append(shards, lease.Shard{ID: id, ParentID: parent, Closed: closed})
	}
	return shards
}

// rows reads "a@END", "b<a@5", "c@TRIM", "d@LATEST": key, parent, checkpoint;
// "a>b,c@END" is one whose children were stored.
func rows(text string) []lease.Lease {
	var leases []lease.Lease
	for _, word := range strings.Fields(text) {
		word, at, _ := strings.Cut(word, "@")
		word, children, _ := strings.Cut(word, ">")
		key, parent, _ := strings.Cut(word, "<")
		l := lease.Lease{Key: key, Checkpoint: at}
		switch at {
		case "TRIM":
			l.Checkpoint = lease.TrimHorizon
		case "END":
			l.Checkpoint = lease.ShardEnd
		}
		if parent != "" {
			l.Parents = []string{parent}
		}
		if children != "" {
			l.Children = strings.Split(children, ",")
		}
		leases = append(leases, l)
	}
	return leases
}

// words writes leases as rows reads them.
func words(leases []lease.Lease) string {
	var words []string
	for _, l := range leases {
		word := l.Key
		if len(l.Parents) > 0 {
			word += "<" + strings.Join(l.Parents, ",")
		}
		words = append(words, word+"@"+map[string]string{lease.TrimHorizon: "TRIM", lease.ShardEnd: "END", lease.Latest: "LATEST"}[l.Checkpoint])
	}
	return strings.Join(words, " ")
}

func TestMissing(t *testing.T) {
	for _, test := range []struct{ name, shards, leases, start, want string }{
		{"first start", "b a", "", lease.TrimHorizon, "a@TRIM b@TRIM"},
		{"first start, no position said", "a", "", "", "a@TRIM"},
		{"first start in the middle of a lineage: the oldest first", "a! b<a! c<b", "", lease.TrimHorizon, "a@TRIM"},
		{"first start, the parent is trimmed", "b<a", "", lease.TrimHorizon, "b<a@TRIM"},
		{"LATEST: only what is open, and no history", "a! b<a! c<b d", "", lease.Latest, "c<b@LATEST d@LATEST"},
		{"LATEST: what was created goes on, what was not starts", "a b", "a@LATEST", lease.Latest, "b@LATEST"},
		{"LATEST: children begin at their start, also closed ones", "a! b<a! c<b", "a@END", lease.Latest, "b<a@TRIM"},
		{"a child waits for its parent", "a! b<a", "a@7", lease.TrimHorizon, ""},
		{"a child waits for a parent that has not begun", "a! b<a", "a@TRIM", lease.TrimHorizon, ""},
		{"a parent has ended", "a! b<a c<a", "a@END", lease.TrimHorizon, "b<a@TRIM c<a@TRIM"},
		{"one child has a lease already", "a! b<a c<a", "a@END b<a@5", lease.TrimHorizon, "c<a@TRIM"},
		{"grandchildren wait", "a! b<a! c<b", "a@END", lease.TrimHorizon, "b<a@TRIM"},
		{"a row was deleted while its shard is still listed", "a! b<a", "b<a@5", lease.TrimHorizon, ""},
		{"so was a grandparent's", "a! b<a! c<b", "c<b@TRIM", lease.TrimHorizon, ""},
		{"nothing is missing", "a b", "a@1 b@2", lease.TrimHorizon, ""},
		{"a second stream of the table", "x", "a@5", lease.TrimHorizon, "x@TRIM"},
		{"a lineage in a circle", "a<b b<a", "", lease.TrimHorizon, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := words(lease.Missing(shards(test.shards), rows(test.leases), test.start))
			if got != test.want {
				t.Errorf("missing %q, want %q", got, test.want)
			}
		})
	}
}

func TestDeletable(t *testing.T) {
	for _, test := range []struct{ name, shards, leases, want string }{
		{"its child is being processed", "a! b<a", "a@END b<a@5", "a@END"},
		{"its child has ended", "a! b<a!", "a@END b<a@END", "a@END"},
		{"its child has not begun", "a! b<a", "a@END b<a@TRIM", ""},
		{"its child stands at LATEST", "a! b<a", "a@END b<a@LATEST", ""},
		{"its child has no lease", "a! b<a", "a@END", ""},
		{"one of two children has no lease", "a! b<a c<a", "a@END b<a@5", ""},
		{"a stored child has no lease, and is not listed yet", "a!", "a>b,c@END b<a@5", ""},
		{"all stored children are being processed", "a!", "a>b,c@END b@5 c@6", "a@END"},
		{"no child yet", "a!", "a@END", ""},
		{"it has not ended", "a! b<a", "a@9 b<a@5", ""},
		{"its parent goes first", "a! b<a! c<b", "a@END b<a@END c<b@5", "a@END"},
		{"its parent is gone", "a! b<a! c<b", "b<a@END c<b@5", "b<a@END"},
		{"its shard is trimmed", "b", "a@END b@5", "a@END"},
		{"its shard is trimmed, and it was not read out", "b", "a@7 b@5", ""},
		{"its shard is trimmed, and its child has no lease yet", "b<a", "a@END", ""},
		{"its shard is trimmed, and its child has one", "b<a", "a@END b<a@TRIM", "a@END"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := words(lease.Deletable(shards(test.shards), rows(test.leases)))
			if got != test.want {
				t.Errorf("deletable %q, want %q", got, test.want)
			}
		})
	}
}

// TestLineage plays the life of a stream that splits: every shard gets one lease,
// is begun only when its parent has ended, gets none again when its row was
// deleted, and rows go away.
func TestLineage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom([]string{lease.TrimHorizon, lease.Latest}).Draw(t, "start")
		s := &stream{begun: map[string]int{}, rows: map[string]lease.Lease{}, ended: map[string]bool{}}
		for range rapid.IntRange(1, 3).Draw(t, "roots") {
			s.grow("")
		}
		s.sync(t, start)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"split", "trim", "work", "work", "end", "sync", "sync", "delete"}).Draw(t, "step") {
			case "split":
				s.split(t)
			case "trim":
				s.trim()
			case "work", "end":
				s.work(t)
			case "sync":
				s.sync(t, start)
			case "delete":
				s.delete()
			}
		}
		for range 2 * len(s.listed) {
			s.workOff()
			s.sync(t, start)
			s.delete()
		}
		for key, l := range s.rows {
			if children := s.children(key); l.Ended() && len(children) > 0 {
				t.Fatalf("%s is still there, though %v are being processed", key, children)
			}
		}
		for _, shard := range s.listed {
			if s.begun[shard.ID] == 0 {
				t.Fatalf("%s was never begun", shard.ID)
			}
		}
	})
}

// stream is one with its leases.
type stream struct {
	listed []lease.Shard
	rows   map[string]lease.Lease
	begun  map[string]int
	ended  map[string]bool
	born   int
}

func (s *stream) grow(parent string) {
	s.born++
	s.listed = append(s.listed, lease.Shard{ID: fmt.Sprintf("s%02d", s.born), ParentID: parent})
}

func (s *stream) split(t *rapid.T) {
	i := rapid.IntRange(0, len(s.listed)-1).Draw(t, "shard")
	if s.listed[i].Closed || s.born > 12 {
		return
	}
	s.listed[i].Closed = true
	for range rapid.IntRange(1, 2).Draw(t, "children") {
		s.grow(s.listed[i].ID)
	}
}

// trim forgets the oldest shard, if it was read out.
func (s *stream) trim() {
	if oldest := s.listed[0]; oldest.Closed && s.ended[oldest.ID] {
		s.listed = s.listed[1:]
	}
}

func (s *stream) leases() []lease.Lease {
	var leases []lease.Lease
	for _, l := range s.rows {
		leases = append(leases, l)
	}
	return leases
}

func (s *stream) children(key string) []string {
	var children []string
	for _, shard := range s.listed {
		if shard.ParentID == key {
			children = append(children, shard.ID)
		}
	}
	return children
}

func (s *stream) sync(t *rapid.T, start string) {
	for _, l := range lease.Missing(s.listed, s.leases(), start) {
		if s.begun[l.Key]++; s.begun[l.Key] > 1 {
			t.Fatalf("%s is begun again", l.Key)
		}
		for _, parent := range l.Parents {
			if s.begun[parent] > 0 && !s.ended[parent] {
				t.Fatalf("%s is begun before %s has ended", l.Key, parent)
			}
			if s.begun[parent] > 0 && l.Checkpoint != lease.TrimHorizon {
				t.Fatalf("%s is begun at %s, after %s", l.Key, l.Checkpoint, parent)
			}
		}
		s.rows[l.Key] = l
	}
}

// work deals with a record of one shard, or reads it out if it is closed.
func (s *stream) work(t *rapid.T) {
	if len(s.listed) > 0 {
		s.advance(rapid.SampledFrom(s.listed).Draw(t, "shard"))
	}
}

func (s *stream) workOff() {
	for _, shard := range s.listed {
		s.advance(shard)
	}
}

func (s *stream) advance(shard lease.Shard) {
	l, leased := s.rows[shard.ID]
	if !leased {
		return
	}
	l.Checkpoint = "5"
	if shard.Closed {
		l.Checkpoint, s.ended[shard.ID] = lease.ShardEnd, true
	}
	s.rows[shard.ID] = l
}

func (s *stream) delete() {
	for _, l := range lease.Deletable(s.listed, s.leases()) {
		delete(s.rows, l.Key)
	}
}

// TestMissingIgnoresOrder: however the shards are listed, the same leases are missing.
func TestMissingIgnoresOrder(t *testing.T) {
	all := shards("a! b<a! c<b d<b e")
	want := lease.Missing(all, rows("a@END"), lease.TrimHorizon)
	slices.Reverse(all)
	if diff := cmp.Diff(want, lease.Missing(all, rows("a@END"), lease.TrimHorizon)); diff != "" {
		t.Error(diff)
	}
}
