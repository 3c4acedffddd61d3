package consumer_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// counted is one record of an item: items count up from 1.
type counted struct {
	item     string
	n        int
	sequence int64
}

// parseCounted reads what a handler wrote.
func parseCounted(records string) ([]counted, error) {
	var all []counted
	for _, text := range strings.Fields(records) {
		parts := strings.Split(text, ":")
		if len(parts) != 3 {
			return nil, fmt.Errorf("record %q", text)
		}
		n, err := strconv.Atoi(parts[1])
		if err != nil {
			return nil, err
		}
		sequence, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, counted{parts[0], n, sequence})
	}
	return all, nil
}

// verdict judges what workers reported, in the order of the pipe, against what
// was written: per table and item the last number.
type verdict struct {
	wrong []string

	batches, records  int
	duplicates        int // records delivered again
	dead, free        int // leases taken from a dead worker, and from nobody
	stolen, lost      int
	handed            int
	worst             int            // most records of a lane that one takeover delivered again
	repeats           int            // takeovers that delivered any again
	deliveredByWorker map[string]int // records, by the first letter of the life
}

func judgeReports(reports []report, written map[string]map[string]int) *verdict {
	v := &verdict{deliveredByWorker: map[string]int{}}
	v.items(reports, written)
	v.count(reports)
	byShard := map[string][]int{}
	for i, r := range reports {
		key := r.Table + "/" + r.Shard
		byShard[key] = append(byShard[key], i)
	}
	for _, key := range slices.Sorted(maps.Keys(byShard)) {
		newShardLog(key, reports, byShard[key], v).judge()
	}
	return v
}

func (v *verdict) fail(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

// items: every record was delivered, and the first deliveries of the records of
// an item come in their order, whichever worker, shard or lane they came through.
func (v *verdict) items(reports []report, written map[string]map[string]int) {
	last := map[string]int{}
	for _, r := range reports {
		if r.Kind != reportBatch {
			continue
		}
		records, err := parseCounted(r.Records)
		if err != nil {
			v.fail("%s: %v", r.Life, err)
		}
		v.batches++
		for _, c := range records {
			v.records++
			v.deliveredByWorker[r.Life[:1]]++
			item := r.Table + "/" + c.item
			switch {
			case c.n <= last[item]:
				v.duplicates++
			case c.n == last[item]+1:
				last[item]++
			default:
				v.fail("%s: item %s: record %d delivered after %d", r.Life, item, c.n, last[item])
				last[item] = c.n
			}
		}
	}
	for table, items := range written {
		for item, n := range items {
			if got := last[table+"/"+item]; got != n {
				v.fail("item %s/%s: %d of %d records delivered", table, item, got, n)
			}
		}
	}
}

func (v *verdict) count(reports []report) {
	for _, r := range reports {
		switch {
		case r.Kind == reportTaken && r.Dead:
			v.dead++
		case r.Kind == reportTaken:
			v.free++
		case r.Kind == reportStolen:
			v.stolen++
		case r.Kind == reportHanded:
			v.handed++
		case r.Kind == reportLost:
			v.lost++
		}
	}
}

// shardLog is what was reported of one shard.
type shardLog struct {
	v       *verdict
	name    string
	lanes   map[int]*laneLog
	tenures []*tenure // in the order of the lease's counter
	kept    []keptAt
	ended   int // index of the report, -1 if there is none
}

// tenure is what one life of a worker did between taking a lease and losing it.
type tenure struct {
	life    string
	counter int64
	batches map[int][]delivery // by lane
}

// delivery is one batch.
type delivery struct {
	at      int // index of the report
	records []counted
}

type keptAt struct {
	at       int
	counter  int64
	position int64
}

// laneLog is what lane delivered: the place of each record in the lane, and where
// among the reports it was delivered first.
type laneLog struct {
	index map[int64]int
	first map[int64]int
}

func newShardLog(name string, reports []report, own []int, v *verdict) *shardLog {
	s := &shardLog{v: v, name: name, lanes: map[int]*laneLog{}, ended: -1}
	holding := map[string]*tenure{} // by life
	for _, i := range own {
		switch r := reports[i]; r.Kind {
		case reportTaken:
			t := &tenure{life: r.Life, counter: r.Counter, batches: map[int][]delivery{}}
			holding[r.Life] = t
			s.tenures = append(s.tenures, t)
		case reportBatch:
			s.deliver(i, r, holding[r.Life])
		case reportKept:
			position, _ := strconv.ParseInt(r.At, 10, 64) // a word is before all
			s.kept = append(s.kept, keptAt{i, r.Counter, position})
		case reportEnded:
			s.ended = i
		}
	}
	slices.SortFunc(s.tenures, func(a, b *tenure) int { return cmp.Compare(a.counter, b.counter) })
	slices.SortFunc(s.kept, func(a, b keptAt) int { return cmp.Compare(a.counter, b.counter) })
	for _, l := range s.lanes {
		for place, sequence := range slices.Sorted(maps.Keys(l.first)) {
			l.index[sequence] = place
		}
	}
	return s
}

func (s *shardLog) deliver(i int, r report, t *tenure) {
	records, _ := parseCounted(r.Records) // a mistake was told already
	if t == nil {
		s.v.fail("%s: %s delivers without having taken the lease", s.name, r.Life)
		return
	}
	l := s.lanes[r.Lane]
	if l == nil {
		l = &laneLog{index: map[int64]int{}, first: map[int64]int{}}
		s.lanes[r.Lane] = l
	}
	for _, c := range records {
		if _, known := l.first[c.sequence]; !known {
			l.first[c.sequence] = i
		}
	}
	t.batches[r.Lane] = append(t.batches[r.Lane], delivery{i, records})
}

func (s *shardLog) judge() {
	again := map[*tenure]bool{}
	for lane, l := range s.lanes {
		s.lane(lane, l, again)
	}
	s.v.repeats += len(again)
	s.checkpoints()
}

// lane: what one tenure delivers has no gap and no repetition; it begins with the
// last batch of the tenure before, or right behind it, since a lane hands out no
// batch before the one before it is checkpointed.
func (s *shardLog) lane(lane int, l *laneLog, again map[*tenure]bool) {
	begins := []int{0}
	highest := -1
	for _, t := range s.tenures {
		batches := t.batches[lane]
		if len(batches) == 0 {
			continue
		}
		next := l.index[batches[0].records[0].sequence]
		if !slices.Contains(begins, next) {
			s.v.fail("%s lane %d: %s begins with record %d of the lane, not with one of %v", s.name, lane, t.life, next, begins)
		}
		repeated, top := 0, highest
		for _, b := range batches {
			begins = []int{next, next + len(b.records)}
			for _, c := range b.records {
				if at := l.index[c.sequence]; at != next {
					s.v.fail("%s lane %d: %s delivers record %d of the lane where %d is next", s.name, lane, t.life, at, next)
					next = at
				}
				if next <= top {
					again[t] = true
					repeated++
				}
				highest = max(highest, next)
				next++
			}
		}
		s.v.worst = max(s.v.worst, repeated)
	}
}

// checkpoints never go back, and never pass a record that no handler was given.
func (s *shardLog) checkpoints() {
	delivered := map[int64]int{}
	for _, l := range s.lanes {
		maps.Copy(delivered, l.first)
	}
	sequences := slices.Sorted(maps.Keys(delivered))
	var last int64
	for _, k := range s.kept {
		if k.position < last {
			s.v.fail("%s: checkpoint went back from %d to %d", s.name, last, k.position)
		}
		last = k.position
	}
	for _, k := range s.kept {
		for _, sequence := range sequences {
			if sequence <= k.position && delivered[sequence] > k.at {
				s.v.fail("%s: checkpoint at %d before record %d was delivered", s.name, k.position, sequence)
				return
			}
		}
	}
	for _, sequence := range sequences {
		if s.ended >= 0 && delivered[sequence] > s.ended {
			s.v.fail("%s: ended before record %d was delivered", s.name, sequence)
		}
	}
}

func (v *verdict) String() string {
	return fmt.Sprintf("%d records in %d batches, by worker a %d, b %d; leases taken from dead workers %d, from nobody or handed over %d, "+
		"asked for %d, handed over or released %d, lost %d; delivered again %d records, in %d takeovers, at most %d in one",
		v.records, v.batches, v.deliveredByWorker["a"], v.deliveredByWorker["b"], v.dead, v.free, v.stolen, v.handed, v.lost,
		v.duplicates, v.repeats, v.worst)
}

// TestCrashVerdictCanFail: what the crash tests look for they would find.
func TestCrashVerdictCanFail(t *testing.T) {
	for _, test := range []struct{ name, log, want string }{
		{"all is well", `
			taken a1 1 | batch a1 x:1:1 y:1:2 | kept a1 2 2 | batch a1 x:2:3 x:3:4
			taken b1 9 | batch b1 x:2:3 x:3:4 y:2:5 | kept b1 10 5 | batch b1 y:3:6
			taken a2 20 | batch a2 y:3:6`, ""},
		{"behind the last batch", `taken a1 1 | batch a1 x:1:1 | taken b1 9 | batch b1 x:2:2 x:3:3 y:1:4 y:2:5 y:3:6`, ""},
		{"takeovers are ordered by the counter", `
			taken a1 1 | batch a1 x:1:1 x:2:2 | taken a2 20 | taken b1 9 | batch b1 x:3:3 | batch a2 y:1:4 y:2:5 y:3:6`, ""},
		{"a record is missing", `taken a1 1 | batch a1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5`, "item t/y: 2 of 3 records delivered"},
		{"an item skips ahead", `taken a1 1 | batch a1 x:1:1 x:3:3 y:1:4 y:2:5 y:3:6 | taken b1 5 | batch b1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5 y:3:6`,
			"a1: item t/x: record 3 delivered after 1|t/s lane 0: a1 delivers record 2 of the lane where 1 is next"},
		{"two batches again", `
			taken a1 1 | batch a1 x:1:1 x:2:2 | batch a1 x:3:3 y:1:4
			taken b1 9 | batch b1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5 y:3:6`, "t/s lane 0: b1 begins with record 0 of the lane, not with one of [2 4]"},
		{"a batch again without a takeover", `
			taken a1 1 | batch a1 x:1:1 x:2:2 x:3:3 | batch a1 x:1:1 x:2:2 x:3:3 | batch a1 y:1:4 y:2:5 y:3:6`,
			"t/s lane 0: a1 delivers record 0 of the lane where 3 is next"},
		{"a gap between two lives", `taken a1 1 | batch a1 x:1:1 | taken b1 9 | batch b1 x:3:3 y:1:4 y:2:5 y:3:6 | taken a2 20 | batch a2 x:2:2`,
			"b1: item t/x: record 3 delivered after 1|t/s lane 0: b1 begins with record 2 of the lane, not with one of [0 1]|" +
				"t/s lane 0: a2 begins with record 1 of the lane, not with one of [2 6]"},
		{"no lease", `batch a1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5 y:3:6`, "t/s: a1 delivers without having taken the lease"},
		{"a checkpoint goes back", `taken a1 1 | batch a1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5 y:3:6 | kept a1 2 6 | kept a1 3 5`,
			"t/s: checkpoint went back from 6 to 5"},
		{"a checkpoint ahead of the handler", `taken a1 1 | kept a1 2 2 | batch a1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5 y:3:6`,
			"t/s: checkpoint at 2 before record 1 was delivered"},
		{"an end too early", `taken a1 1 | batch a1 x:1:1 x:2:2 x:3:3 y:1:4 y:2:5 | ended a1 2 | batch a1 y:3:6`, "t/s: ended before record 6 was delivered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := judgeReports(parseReports(t, test.log), map[string]map[string]int{"t": {"x": 3, "y": 3}})
			if got := strings.Join(v.wrong, "|"); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// parseReports reads "kind life counter position" and "batch life records",
// separated by bars or line ends.
func parseReports(t *testing.T, log string) []report {
	t.Helper()
	var all []report
	for _, line := range strings.FieldsFunc(log, func(r rune) bool { return r == '|' || r == '\n' }) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		r := report{Kind: words[0], Life: words[1], Table: "t", Shard: "s"}
		if r.Kind == reportBatch {
			r.Records = strings.Join(words[2:], " ")
		} else {
			n, err := strconv.ParseInt(words[2], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			r.Counter = n
			if len(words) > 3 {
				r.At = words[3]
			}
		}
		all = append(all, r)
	}
	return all
}
