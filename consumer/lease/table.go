package lease

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Table is the [Store] of this package. What a method does to a row is the same
// wherever the rows are.
type Table struct{ rows rows }

// rows is a place for rows: keyed items with conditional writes.
type rows interface {
	prepare(context.Context) error
	scan(context.Context) ([]item, error)
	// create puts a row unless there is one.
	create(ctx context.Context, key string, row item) (bool, error)
	// update edits a row and returns it as it is then. If the row does not meet
	// the conditions it is not edited: returned as it stands, nil if there is none.
	update(ctx context.Context, key string, e edit) (row item, edited bool, err error)
	// remove deletes the row if it meets the conditions of e; else as update.
	remove(ctx context.Context, key string, e edit) (row item, removed bool, err error)
}

// Prepare creates the table and its index where they are missing, and waits for
// them. It refuses a table that is not one for leases, or has a stream enabled.
func (t *Table) Prepare(ctx context.Context) error {
	if err := t.rows.prepare(ctx); err != nil {
		return fmt.Errorf("prepare leases: %w", err)
	}
	return nil
}

// List implements [Store]. A row that cannot be read is an error, lest its
// shard be forgotten.
func (t *Table) List(ctx context.Context) ([]Lease, error) {
	found, err := t.rows.scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list leases: %w", err)
	}
	leases := make([]Lease, 0, len(found))
	for _, row := range found {
		if !isLease(row) {
			continue
		}
		l, err := decode(row)
		if err != nil {
			return nil, fmt.Errorf("list leases: %w", err)
		}
		leases = append(leases, l)
	}
	slices.SortFunc(leases, func(a, b Lease) int { return cmp.Compare(a.Key, b.Key) })
	return leases, nil
}

// Create implements [Store]. Where the answer to the first request was lost it
// may say false about a row that it made.
func (t *Table) Create(ctx context.Context, l Lease) (bool, error) {
	if l.Checkpoint == "" {
		l.Checkpoint = TrimHorizon
	}
	if l.StartingHashKey == "" && l.EndingHashKey == "" {
		l.StartingHashKey, l.EndingHashKey = "0", "1"
	}
	if err := l.valid(); err != nil {
		return false, fmt.Errorf("create lease %q: %w", l.Key, err)
	}
	created, err := t.rows.create(ctx, l.Key, encode(l))
	if err != nil {
		return false, fmt.Errorf("create lease %s: %w", l.Key, err)
	}
	return created, nil
}

// Renew implements [Store].
func (t *Table) Renew(ctx context.Context, l Lease) (Lease, error) {
	return t.write(ctx, change{op: "renew", by: keeper, edit: func(l Lease) (edit, error) {
		return next(l), nil
	}}, l)
}

// Take implements [Store].
func (t *Table) Take(ctx context.Context, l Lease, owner string) (Lease, error) {
	return t.write(ctx, change{op: "take", by: other, edit: func(l Lease) (edit, error) {
		if owner == "" {
			return edit{}, fmt.Errorf("an owner has a name: use Release to give a lease up")
		}
		e := next(l)
		e.set[attrOwner] = text(owner)
		e.remove = []string{attrCheckpointOwner}
		if l.Holder() != "" && l.Holder() != owner {
			e.set[attrOwnerSwitches] = number(l.OwnerSwitches + 1)
		}
		return e, nil
	}}, l)
}

// Assign implements [Store]. As in a KCL the counter stays (K9), so that the
// holder's next write succeeds and brings the news.
func (t *Table) Assign(ctx context.Context, l Lease, owner string) (Lease, error) {
	return t.write(ctx, change{op: "assign", by: other, edit: func(l Lease) (edit, error) {
		switch {
		case owner == "" || owner == l.Owner:
			return edit{}, fmt.Errorf("to %q, which owns it already or is nobody", owner)
		case l.Owner == "":
			return edit{}, fmt.Errorf("nobody owns it, so nobody can hand it over: use Take")
		case l.CheckpointOwner != "":
			return edit{}, fmt.Errorf("%s is handing it over to %s: wait, or use Take", l.CheckpointOwner, l.Owner)
		}
		// The second condition keeps a thief with an old list from asking again for
		// what its owner has asked for and not got yet: the holder would not know.
		return edit{
			equal:  item{attrOwner: text(l.Owner)},
			absent: []string{attrCheckpointOwner},
			set:    item{attrOwner: text(owner), attrCheckpointOwner: text(l.Owner)},
		}, nil
	}}, l)
}

// HandOver implements [Store].
func (t *Table) HandOver(ctx context.Context, l Lease) (Lease, error) {
	return t.write(ctx, change{op: "hand over", by: leaver, edit: func(l Lease) (edit, error) {
		if l.CheckpointOwner == "" {
			return edit{}, fmt.Errorf("nobody asked for it: use Release to give a lease up")
		}
		return handOver(l), nil
	}}, l)
}

// Release implements [Store].
func (t *Table) Release(ctx context.Context, l Lease) (Lease, error) {
	return t.write(ctx, change{op: "release", by: leaver, edit: func(l Lease) (edit, error) {
		if l.CheckpointOwner != "" {
			return handOver(l), nil
		}
		// Without the second condition a hand-over that began meanwhile would be
		// left with an old holder and no new one: it does not move the counter.
		e := next(l)
		e.absent = []string{attrCheckpointOwner}
		e.remove = []string{attrOwner}
		return e, nil
	}}, l)
}

// Checkpoint implements [Store].
func (t *Table) Checkpoint(ctx context.Context, l Lease, p core.Position) (Lease, error) {
	return t.write(ctx, change{op: "checkpoint", by: keeper, edit: func(l Lease) (edit, error) {
		if err := l.mayMoveTo(p); err != nil {
			return edit{}, err
		}
		e, at := next(l), l.Checkpoint
		if p.Sequence != "" {
			at = p.Sequence
			e.moveTo(at)
		}
		if p.Parts != nil {
			e.set[attrLanes] = encodeLanes(at, p.Parts)
		} else {
			e.remove = append(e.remove, attrLanes)
		}
		return e, nil
	}}, l)
}

// End implements [Store].
func (t *Table) End(ctx context.Context, l Lease) (Lease, error) {
	children := l.Children
	return t.write(ctx, change{op: "end", by: keeper, edit: func(l Lease) (edit, error) {
		e := next(l)
		e.moveTo(ShardEnd)
		e.remove = append(e.remove, attrLanes)
		if len(children) > 0 {
			e.set[attrChildren] = set(children)
		}
		return e, nil
	}}, l)
}

// Delete implements [Store].
func (t *Table) Delete(ctx context.Context, l Lease) error {
	row, removed, err := t.rows.remove(ctx, l.Key, edit{equal: next(l).equal})
	if err == nil && !removed && row != nil {
		var now Lease
		if now, err = decode(row); err == nil {
			err = lost(l, now)
		}
	}
	if err != nil {
		return fmt.Errorf("delete lease %s: %w", l.Key, err)
	}
	return nil
}

// next is what all writes but Assign have in common: the counter is as the
// caller knows it, and becomes one more (K9).
func next(l Lease) edit {
	return edit{
		equal: item{attrCounter: number(l.Counter)},
		set:   item{attrCounter: number(l.Counter + 1)},
	}
}

func handOver(l Lease) edit {
	e := next(l)
	e.set[attrOwnerSwitches] = number(l.OwnerSwitches + 1)
	e.remove = []string{attrCheckpointOwner}
	return e
}

// moveTo stores a checkpoint as a KCL does: with it go the count of owners and
// what was prepared for an earlier one.
func (e *edit) moveTo(checkpoint string) {
	e.set[attrCheckpoint] = text(checkpoint)
	e.set[attrSubSequence] = number(0)
	e.set[attrOwnerSwitches] = number(0)
	e.remove = append(e.remove, attrPending, attrPendingSubSequence, attrPendingState, attrStart)
}
