package consumer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// On the memory engine shards split and roll over, which those of DynamoDB Local
// never do: one consumer after another reads them from the leases in the table,
// and each record comes once, whoever reads it.
func TestRunOverShardsOfTheMemoryEngine(t *testing.T) {
	l := newLocal(t, memory.New(memory.Options{Now: time.Now}))
	shards := l.db.Controls().(*memory.Database)
	written := 0
	put := func(n int) (last string) {
		for range n {
			written++
			last = fmt.Sprintf("%03d", written)
			l.put(last)
		}
		return last
	}
	put(5)
	for _, change := range []func(string) error{shards.SplitShard, shards.CloseShard, shards.SplitShard} {
		r := l.start(nil)
		l.wait(r, put(3), time.Now())
		if err := change("vms"); err != nil {
			t.Fatal(err)
		}
		l.wait(r, put(3), time.Now())
		l.end(r) // and another takes over
		put(4)
	}
	r := l.start(nil)
	put(1)
	for n := 1; n <= written; n++ { // shards are read side by side: the last written is not the last to come
		l.wait(r, fmt.Sprintf("%03d", n), time.Now())
	}
	l.end(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := map[string]int{}
	for _, pk := range l.got {
		seen[pk]++
	}
	for n := 1; n <= written; n++ {
		if pk := fmt.Sprintf("%03d", n); seen[pk] != 1 {
			t.Errorf("%s came %d times, want once", pk, seen[pk])
		}
	}
}
