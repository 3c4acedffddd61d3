package lease_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

func TestMemory(t *testing.T) {
	testStore(t, func(*testing.T) lease.Store { return lease.NewMemory() })
}

// testStore is what every store must do; create gives an empty one, prepared.
func testStore(t *testing.T, create func(*testing.T) lease.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *keeper)
	}{
		{"create, list, delete", testCreate},
		{"refuses rows that nobody could read", testCreateRefuses},
		{"the life of a lease", testLife},
		{"a dead worker's lease is taken, and it finds out", testTake},
		{"a graceful steal", testSteal},
		{"a thief with an old list", testOldList},
		{"a hand-over that is ended by force", testForce},
		{"a hand-over begins unnoticed", testUnnoticed},
		{"release", testRelease},
		{"release in the middle of a hand-over", testReleaseInHandOver},
		{"what makes no sense", testMisuse},
		{"a checkpoint never goes back", testNeverBack},
		{"positions of lanes", testLanes},
		{"starting at LATEST", testLatest},
		{"a row that is gone", testGone},
		{"a holder that is behind its own write", testBehind},
		{"one of many wins", testRace},
		{"an ended context", testEndedContext},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, &keeper{t: t, store: create(t)}) })
	}
}

// keeper calls a store and fails the test where the outcome is not the one said.
type keeper struct {
	t     *testing.T
	store lease.Store
}

// start makes a row and returns it as it is listed.
func (k *keeper) start(l lease.Lease) lease.Lease {
	k.t.Helper()
	created, err := k.store.Create(k.t.Context(), l)
	if err != nil || !created {
		k.t.Fatalf("create %s: %v, %v", l.Key, created, err)
	}
	return k.now(l.Key)
}

// now is the row as it is listed.
func (k *keeper) now(key string) lease.Lease {
	k.t.Helper()
	leases, err := k.store.List(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	for _, l := range leases {
		if l.Key == key {
			return l
		}
	}
	k.t.Fatalf("no lease %s in %v", key, leases)
	return lease.Lease{}
}

// ok takes the outcome of a method: it must have succeeded, and what it returned
// must be what is there.
func (k *keeper) ok(l lease.Lease, err error) lease.Lease {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
	k.same(l, k.now(l.Key))
	return l
}

func (k *keeper) same(want, got lease.Lease) {
	k.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		k.t.Fatalf("lease (-want +got):\n%s", diff)
	}
}

// lost takes the outcome of a method that must have failed with ErrLost.
func (k *keeper) lost(l lease.Lease, err error) {
	k.t.Helper()
	if !errors.Is(err, lease.ErrLost) || !cmp.Equal(l, lease.Lease{}) {
		k.t.Fatalf("got %v, %v, want ErrLost", l, err)
	}
}

// refused takes the outcome of a misuse, which is no ErrLost.
func (k *keeper) refused(err error, words string) {
	k.t.Helper()
	if err == nil || errors.Is(err, lease.ErrLost) || !strings.Contains(err.Error(), words) {
		k.t.Fatalf("got %v, want an error that says %q", err, words)
	}
}

func testCreate(t *testing.T, k *keeper) {
	ctx := t.Context()
	full := lease.Lease{
		Key: "shard-2", Owner: "A", Counter: 3, Checkpoint: "17", SubSequence: 1, OwnerSwitches: 2,
		Parts: []string{"17", "20"}, Parents: []string{"shard-0", "shard-1"}, Children: []string{"shard-3"},
		StartingHashKey: "5", EndingHashKey: "9", CheckpointOwner: "B",
	}
	k.start(lease.Lease{Key: "shard-3"})
	k.same(full, k.start(full))
	if created, err := k.store.Create(ctx, lease.Lease{Key: "shard-2"}); created || err != nil {
		t.Errorf("creating it again: %v, %v, want false", created, err)
	}
	fresh := lease.Lease{Key: "shard-3", Checkpoint: lease.TrimHorizon, StartingHashKey: "0", EndingHashKey: "1"}
	leases, err := k.store.List(ctx)
	if diff := cmp.Diff([]lease.Lease{full, fresh}, leases); err != nil || diff != "" {
		t.Fatalf("listed with %v (-want +got):\n%s", err, diff)
	}
	if err := k.store.Delete(ctx, lease.Lease{Key: "shard-2", Counter: 2}); !errors.Is(err, lease.ErrLost) {
		t.Errorf("deleting what is not there any more: %v, want ErrLost", err)
	}
	for range 2 {
		if err := k.store.Delete(ctx, full); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if leases, err = k.store.List(ctx); len(leases) != 1 || err != nil {
		t.Errorf("%v, %v are left, want shard-3", leases, err)
	}
}

func testCreateRefuses(t *testing.T, k *keeper) {
	for words, l := range map[string]lease.Lease{
		"no key":                    {},
		`checkpoint "AT_TIMESTAMP"`: {Key: "s", Checkpoint: "AT_TIMESTAMP"},
		`checkpoint "1.5"`:          {Key: "s", Checkpoint: "1.5"},
	} {
		_, err := k.store.Create(t.Context(), l)
		k.refused(err, words)
	}
}

func testLife(t *testing.T, k *keeper) {
	ctx := t.Context()
	l := k.start(lease.Lease{Key: "s"})
	l = k.ok(k.store.Take(ctx, l, "A"))
	l = k.ok(k.store.Renew(ctx, l))
	l = k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "7"}))
	l = k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "7"}))
	k.same(lease.Lease{Key: "s", Owner: "A", Counter: 4, Checkpoint: "7", StartingHashKey: "0", EndingHashKey: "1"}, l)
	if p := l.Position(); !cmp.Equal(p, core.Position{Sequence: "7"}) || l.Holder() != "A" || l.Ended() {
		t.Errorf("at %v, held by %q, ended %v", p, l.Holder(), l.Ended())
	}
	l.Children = []string{"s2", "s1"}
	l = k.ok(k.store.End(ctx, l))
	k.same(lease.Lease{Key: "s", Owner: "A", Counter: 5, Checkpoint: lease.ShardEnd, Children: []string{"s1", "s2"},
		StartingHashKey: "0", EndingHashKey: "1"}, l)
	if !l.Ended() {
		t.Error("it has not ended")
	}
	_, err := k.store.Checkpoint(ctx, l, core.Position{Sequence: "8"})
	k.refused(err, "it is at SHARD_END")
}

func testTake(t *testing.T, k *keeper) {
	ctx := t.Context()
	free := k.start(lease.Lease{Key: "s"})
	a := k.ok(k.store.Take(ctx, free, "A"))
	if a.OwnerSwitches != 0 {
		t.Errorf("%d switches, though nobody had it", a.OwnerSwitches)
	}
	k.lost(k.store.Take(ctx, free, "B"))
	b := k.ok(k.store.Take(ctx, a, "B"))
	if b.Owner != "B" || b.Counter != 2 || b.OwnerSwitches != 1 {
		t.Errorf("taken: %+v", b)
	}
	k.lost(k.store.Renew(ctx, a))
	k.lost(k.store.Checkpoint(ctx, a, core.Position{Sequence: "9"}))
	k.lost(k.store.End(ctx, a))
	k.lost(k.store.Release(ctx, a))
	k.lost(k.store.Assign(ctx, a, "C"))
	if err := k.store.Delete(ctx, a); !errors.Is(err, lease.ErrLost) {
		t.Errorf("delete: %v, want ErrLost", err)
	}
	k.same(b, k.now("s"))
	if b = k.ok(k.store.Checkpoint(ctx, b, core.Position{Sequence: "9"})); b.OwnerSwitches != 0 {
		t.Errorf("%d switches since the checkpoint", b.OwnerSwitches)
	}
	// Won back: what an earlier life of A still knows is worth nothing.
	again := k.ok(k.store.Take(ctx, b, "A"))
	k.lost(k.store.Renew(ctx, a))
	k.same(again, k.now("s"))
	if again.Position().Sequence != "9" {
		t.Errorf("taken over at %v, want 9", again.Position())
	}
}

func testSteal(t *testing.T, k *keeper) {
	ctx := t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	seen := a
	a = k.ok(k.store.Renew(ctx, a)) // does not disturb the thief
	b := k.ok(k.store.Assign(ctx, seen, "B"))
	if b.Owner != "B" || b.CheckpointOwner != "A" || b.Holder() != "A" || b.Counter != a.Counter {
		t.Errorf("assigned: %+v", b)
	}
	k.lost(k.store.Assign(ctx, seen, "C"))
	a = k.ok(k.store.Renew(ctx, a)) // the thief does not disturb the holder
	if a.CheckpointOwner != "A" {
		t.Errorf("renewed: %+v, want the news", a)
	}
	a = k.ok(k.store.Checkpoint(ctx, a, core.Position{Sequence: "5"}))
	given := k.ok(k.store.HandOver(ctx, a))
	if given.Owner != "B" || given.CheckpointOwner != "" || given.OwnerSwitches != 1 || given.Counter != a.Counter+1 {
		t.Errorf("handed over: %+v", given)
	}
	k.lost(k.store.Checkpoint(ctx, a, core.Position{Sequence: "6"}))
	k.lost(k.store.Renew(ctx, a))
	b = k.ok(k.store.Take(ctx, given, "B"))
	if b.OwnerSwitches != 1 || b.Checkpoint != "5" {
		t.Errorf("begun: %+v", b)
	}
}

// testOldList: C saw the lease when A had it. A lost it to B and asks to have it
// back: A is its owner again, and B its holder still.
func testOldList(t *testing.T, k *keeper) {
	ctx := t.Context()
	seen := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	b := k.ok(k.store.Take(ctx, seen, "B"))
	asked := k.ok(k.store.Assign(ctx, b, "A"))
	k.lost(k.store.Assign(ctx, seen, "C"))
	k.same(asked, k.now("s"))
	k.ok(k.store.HandOver(ctx, asked))
}

func testForce(t *testing.T, k *keeper) {
	ctx := t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	asked := k.ok(k.store.Assign(ctx, a, "B"))
	b := k.ok(k.store.Take(ctx, asked, "B"))
	if b.Holder() != "B" || b.CheckpointOwner != "" || b.OwnerSwitches != 1 {
		t.Errorf("taken: %+v", b)
	}
	k.lost(k.store.Checkpoint(ctx, asked, core.Position{Sequence: "5"}))
	k.lost(k.store.Checkpoint(ctx, a, core.Position{Sequence: "5"}))
	// Exactly what A's own hand-over would have made: A has no reason to worry.
	if _, err := k.store.HandOver(ctx, asked); err != nil {
		t.Errorf("hand over: %v", err)
	}
	k.same(b, k.now("s"))
}

// testUnnoticed: a hand-over leaves the counter alone, so the holder's next
// write succeeds, whatever it is, and leaves no row without an owner.
func testUnnoticed(t *testing.T, k *keeper) {
	ctx := t.Context()
	for key, write := range map[string]func(lease.Lease) (lease.Lease, error){
		"renew": func(l lease.Lease) (lease.Lease, error) { return k.store.Renew(ctx, l) },
		"checkpoint": func(l lease.Lease) (lease.Lease, error) {
			return k.store.Checkpoint(ctx, l, core.Position{Sequence: "1"})
		},
		"end":     func(l lease.Lease) (lease.Lease, error) { return k.store.End(ctx, l) },
		"release": func(l lease.Lease) (lease.Lease, error) { return k.store.Release(ctx, l) },
	} {
		a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: key}), "A"))
		k.ok(k.store.Assign(ctx, a, "B"))
		l := k.ok(write(a))
		if l.Owner != "B" || l.Counter != 2 || (l.CheckpointOwner == "A") != (key != "release") {
			t.Errorf("%s: %+v", key, l)
		}
	}
}

func testRelease(t *testing.T, k *keeper) {
	ctx := t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	free := k.ok(k.store.Release(ctx, a))
	if free.Holder() != "" || free.Counter != a.Counter+1 {
		t.Errorf("released: %+v", free)
	}
	k.lost(k.store.Renew(ctx, a))
	if b := k.ok(k.store.Take(ctx, free, "B")); b.OwnerSwitches != 0 {
		t.Errorf("taken: %+v", b)
	}
}

func testReleaseInHandOver(t *testing.T, k *keeper) {
	ctx := t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	a = k.ok(k.store.Assign(ctx, a, "B"))
	if l := k.ok(k.store.Release(ctx, a)); l.Owner != "B" || l.CheckpointOwner != "" {
		t.Errorf("released: %+v, want it handed over", l)
	}
}

func testMisuse(t *testing.T, k *keeper) {
	ctx := t.Context()
	free := k.start(lease.Lease{Key: "s"})
	_, err := k.store.Assign(ctx, free, "B")
	k.refused(err, "use Take")
	_, err = k.store.Take(ctx, free, "")
	k.refused(err, "use Release")
	a := k.ok(k.store.Take(ctx, free, "A"))
	_, err = k.store.Assign(ctx, a, "A")
	k.refused(err, "owns it already")
	_, err = k.store.HandOver(ctx, a)
	k.refused(err, "nobody asked")
	asked := k.ok(k.store.Assign(ctx, a, "B"))
	_, err = k.store.Assign(ctx, asked, "C")
	k.refused(err, "A is handing it over to B")
	k.same(asked, k.now("s"))
}

func testNeverBack(t *testing.T, k *keeper) {
	ctx := t.Context()
	l := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	l = k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "000000000000000000010"}))
	for p, words := range map[string]string{
		"9":                     "never goes back",
		"000000000000000000009": "never goes back",
		"LATEST":                "want a sequence number",
		"-1":                    "want a sequence number",
	} {
		_, err := k.store.Checkpoint(ctx, l, core.Position{Sequence: p})
		k.refused(err, words)
	}
	k.same(l, k.now("s"))
	l = k.ok(k.store.Checkpoint(ctx, l, core.Position{}))
	if l.Checkpoint != "000000000000000000010" {
		t.Errorf("a position without a sequence number moved it to %s", l.Checkpoint)
	}
}

func testLanes(t *testing.T, k *keeper) {
	ctx := t.Context()
	l := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	for _, p := range []core.Position{
		{Parts: []string{"", "4", ""}}, // one lane is ahead, two have dealt with nothing
		{Sequence: "3", Parts: []string{"3", "4", "10"}},
		{Sequence: "11", Parts: []string{"11", "11", "11"}},
		{Sequence: "12"}, // one lane again
	} {
		l = k.ok(k.store.Checkpoint(ctx, l, p))
		if diff := cmp.Diff(p, l.Position()); diff != "" {
			t.Errorf("position (-want +got):\n%s", diff)
		}
	}
	for _, p := range []core.Position{
		{Sequence: "12", Parts: []string{"12", "11"}},
		{Sequence: "12", Parts: []string{"12", ""}},
		{Sequence: "12", Parts: []string{"12", "x"}},
		{Parts: []string{"11"}},
	} {
		_, err := k.store.Checkpoint(ctx, l, p)
		k.refused(err, "with a lane at")
	}
	k.ok(k.store.Checkpoint(ctx, l, core.Position{Parts: []string{"13", "12"}}))
}

func testLatest(t *testing.T, k *keeper) {
	ctx := t.Context()
	l := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s", Checkpoint: lease.Latest}), "A"))
	l = k.ok(k.store.Checkpoint(ctx, l, core.Position{}))
	if l.Checkpoint != lease.Latest || !cmp.Equal(l.Position(), core.Position{}) {
		t.Errorf("%+v, want LATEST", l)
	}
	if l = k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "5"})); l.Checkpoint != "5" {
		t.Errorf("%+v, want 5", l)
	}
}

func testGone(t *testing.T, k *keeper) {
	ctx := t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	if err := k.store.Delete(ctx, a); err != nil {
		t.Fatal(err)
	}
	k.lost(k.store.Renew(ctx, a))
	k.lost(k.store.Checkpoint(ctx, a, core.Position{Sequence: "1"}))
	k.lost(k.store.Take(ctx, a, "B"))
	k.lost(k.store.Assign(ctx, a, "B"))
	k.lost(k.store.Release(ctx, a))
	if leases, err := k.store.List(ctx); len(leases) != 0 || err != nil {
		t.Errorf("a write made a row: %v, %v", leases, err)
	}
	created := k.start(lease.Lease{Key: "s"})
	k.lost(k.store.Renew(ctx, a))
	k.same(created, k.now("s"))
}

// testBehind: a holder that did not learn the outcome of one write goes on from
// there, with whatever write comes next.
func testBehind(t *testing.T, k *keeper) {
	ctx := t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s"}), "A"))
	k.ok(k.store.Renew(ctx, a)) // and the answer is lost
	first := k.ok(k.store.Renew(ctx, a))
	if first.Counter != 2 {
		t.Errorf("the same renewal again: %+v, want the outcome of the first", first)
	}
	k.ok(k.store.Renew(ctx, first))
	l := k.ok(k.store.Checkpoint(ctx, first, core.Position{Sequence: "8"}))
	if again := k.ok(k.store.Checkpoint(ctx, lease.Lease{Key: "s", Owner: "A", Counter: 3, Checkpoint: lease.TrimHorizon},
		core.Position{Sequence: "8"})); again.Counter != l.Counter || l.Counter != 4 {
		t.Errorf("the same checkpoint again: %+v, want %+v", again, l)
	}
	_, err := k.store.Checkpoint(ctx, first, core.Position{Sequence: "7"})
	k.lost(lease.Lease{}, err) // two behind: somebody was there
	asked := k.ok(k.store.Assign(ctx, l, "B"))
	if again := k.ok(k.store.Assign(ctx, l, "B")); !cmp.Equal(asked, again) {
		t.Errorf("the same assignment again: %+v", again)
	}
	taken := k.ok(k.store.Take(ctx, asked, "B"))
	if again := k.ok(k.store.Take(ctx, asked, "B")); !cmp.Equal(taken, again) {
		t.Errorf("the same take again: %+v", again)
	}
	// One step behind and of another holder is lost, not behind.
	k.lost(k.store.Renew(ctx, asked))
	k.ok(k.store.Renew(ctx, taken))
	k.lost(k.store.Take(ctx, taken, "C"))
}

func testRace(t *testing.T, k *keeper) {
	free := k.start(lease.Lease{Key: "s"})
	workers := []string{"A", "B", "C", "D", "E", "F", "G", "H"}
	won := make([]lease.Lease, len(workers))
	var wg sync.WaitGroup
	for i, worker := range workers {
		wg.Go(func() {
			l, err := k.store.Take(t.Context(), free, worker)
			if err != nil && !errors.Is(err, lease.ErrLost) {
				t.Error(err)
			}
			won[i] = l
		})
	}
	wg.Wait()
	winners := 0
	for i, l := range won {
		if l.Owner != "" {
			winners++
			k.same(won[i], k.now("s"))
		}
	}
	if winners != 1 {
		t.Errorf("%d workers got the lease", winners)
	}
}

func testEndedContext(t *testing.T, k *keeper) {
	l := k.start(lease.Lease{Key: "s"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, list := k.store.List(ctx)
	_, create := k.store.Create(ctx, lease.Lease{Key: "s2"})
	_, renew := k.store.Renew(ctx, l)
	for name, err := range map[string]error{
		"prepare": k.store.Prepare(ctx), "list": list, "create": create, "renew": renew, "delete": k.store.Delete(ctx, l),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", name, err)
		}
	}
	k.same(l, k.now("s"))
}
