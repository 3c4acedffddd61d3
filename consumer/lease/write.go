package lease

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// change is one method of the store on one row.
type change struct {
	op   string
	by   author
	edit func(Lease) (edit, error) // from the row as it is known; an error is a misuse
}

// author says who makes a change, and whether it is the holder afterwards.
type author int

const (
	keeper author = iota // the holder, and it stays so
	leaver               // the holder, and somebody else may be next
	other                // somebody else
)

// write makes the change. When its condition fails the row that is there decides
// what happened: the package comment has the reasons.
func (t *Table) write(ctx context.Context, c change, l Lease) (Lease, error) {
	now, behind, err := t.attempt(ctx, c, l)
	if behind {
		l = now
		now, behind, err = t.attempt(ctx, c, l)
	}
	if behind {
		err = fmt.Errorf("%w: are there two calls at a time?", ErrLost)
	}
	if err == nil {
		return now, nil
	}
	err = fmt.Errorf("%s lease %s: %w", c.op, l.Key, err)
	if errors.Is(err, ErrLost) {
		return Lease{}, err
	}
	return l, err
}

// attempt makes the change to the row as the caller knows it. If the caller only
// is behind it makes none, and returns the row to make it to.
func (t *Table) attempt(ctx context.Context, c change, l Lease) (now Lease, isBehind bool, err error) {
	e, err := c.edit(l)
	if err != nil {
		return Lease{}, false, err
	}
	row, edited, err := t.rows.update(ctx, l.Key, e)
	if err != nil {
		return Lease{}, false, err
	}
	if row == nil {
		return Lease{}, false, fmt.Errorf("%w: the row is gone", ErrLost)
	}
	if now, err = decode(row); err != nil {
		return Lease{}, false, err
	}
	switch {
	case edited:
		return now, false, nil
	case e.made(row) && (c.by != keeper || now.Holder() == l.Holder()):
		return now, false, nil // by an attempt whose answer was lost
	case c.by != other && behind(l, now):
		return now, true, nil
	default:
		return Lease{}, false, lost(l, now)
	}
}

// behind tells whether the holder of a lease merely does not know of its own
// last write, or of a hand-over that began, which leaves the counter alone. It
// is one step at most: a write with an unknown outcome returns the lease it was
// made to, and for the lease to be lost and won back takes two.
func behind(l, now Lease) bool {
	step := now.Counter - l.Counter
	return l.Holder() != "" && now.Holder() == l.Holder() && (step == 0 || step == 1)
}

// lost says what is there instead.
func lost(l, now Lease) error {
	holder := now.Holder()
	if holder == "" {
		holder = "nobody"
	}
	return fmt.Errorf("%w: held by %s at counter %d, known was counter %d", ErrLost, holder, now.Counter, l.Counter)
}

// valid tells whether a new row can be made of the lease.
func (l Lease) valid() error {
	switch {
	case l.Key == "":
		return errors.New("no key: it is the shard id")
	case !decimal(l.Checkpoint) && l.Checkpoint != TrimHorizon && l.Checkpoint != Latest && l.Checkpoint != ShardEnd:
		return fmt.Errorf("checkpoint %q: want a sequence number, TRIM_HORIZON, LATEST or SHARD_END", l.Checkpoint)
	default:
		return nil
	}
}

// mayMoveTo tells whether a position can follow the one stored. A checkpoint
// that went back, or a lane behind it, would deliver again what is dealt with.
func (l Lease) mayMoveTo(p core.Position) error {
	from := l.Position().Sequence
	to := cmp.Or(p.Sequence, from)
	switch {
	case l.Ended():
		return fmt.Errorf("to %s: it is at SHARD_END", p)
	case to != "" && !decimal(to):
		return fmt.Errorf("to %q: want a sequence number", to)
	case core.CompareSequence(to, from) < 0:
		return fmt.Errorf("to %s: it is at %s already, and never goes back", p.Sequence, from)
	}
	for _, part := range p.Parts {
		if part != "" && !decimal(part) || core.CompareSequence(part, to) < 0 {
			return fmt.Errorf("to %s with a lane at %q: want a sequence number that is not before it", p.Sequence, part)
		}
	}
	return nil
}
