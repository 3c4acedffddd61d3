package consumer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// held is a lease that this worker holds, as it knows it. Calls are made one
// after the other, each with what the last one returned.
type held struct {
	store    lease.Store
	worker   string
	failover time.Duration
	now      func() time.Time

	writing sync.Mutex // one call at a time

	mu      sync.Mutex
	row     lease.Lease
	renewed time.Time // when the last call that succeeded was begun
}

func (h *held) lease() lease.Lease {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.row
}

// age is how long ago the lease was renewed, by any write.
func (h *held) age() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now().Sub(h.renewed)
}

// safe says that no other worker can have taken the lease: it was renewed within
// the failover time.
func (h *held) safe() bool { return h.age() < h.failover }

// askedBy is the worker that waits for the lease; "" for none.
func (h *held) askedBy() string {
	if row := h.lease(); row.CheckpointOwner == h.worker && row.Owner != h.worker {
		return row.Owner
	}
	return ""
}

// renew renews the lease unless a write is under way, which does that, too.
func (h *held) renew(ctx context.Context) error {
	if !h.writing.TryLock() {
		return nil
	}
	defer h.writing.Unlock()
	return h.write(func(l lease.Lease) (lease.Lease, error) { return h.store.Renew(ctx, l) })
}

func (h *held) checkpoint(ctx context.Context, p core.Position) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	return h.write(func(l lease.Lease) (lease.Lease, error) { return h.store.Checkpoint(ctx, l, p) })
}

func (h *held) end(ctx context.Context) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	return h.write(func(l lease.Lease) (lease.Lease, error) { return h.store.End(ctx, l) })
}

// giveAway ends the holding of the lease: it is handed over to who asked for it,
// or released.
func (h *held) giveAway(ctx context.Context) (to string, err error) {
	h.writing.Lock()
	defer h.writing.Unlock()
	if to = h.askedBy(); to != "" {
		return to, h.write(func(l lease.Lease) (lease.Lease, error) { return h.store.HandOver(ctx, l) })
	}
	return "", h.write(func(l lease.Lease) (lease.Lease, error) { return h.store.Release(ctx, l) })
}

// write makes one call; the caller has the lock for writing.
func (h *held) write(call func(lease.Lease) (lease.Lease, error)) error {
	began, known := h.now(), h.lease()
	row, err := call(known)
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case err == nil:
		h.row, h.renewed = row, began
	case !isLost(err) && row.Key == known.Key:
		h.row = row // it is unknown what was written: the next call finds out from here
	}
	return err
}

// seen compares the lease with its row in a list; there is false where the list
// has none. An error says that the lease is lost.
func (h *held) seen(row lease.Lease, there bool) error {
	known := h.lease()
	switch {
	case !there:
		return fmt.Errorf("%w: the row is gone", lease.ErrLost)
	case row.Counter < known.Counter:
		return nil // listed before our last write
	case row.Holder() != h.worker:
		return fmt.Errorf("%w: %s holds it", lease.ErrLost, row.Holder())
	case row.Counter == known.Counter:
		h.mu.Lock()
		defer h.mu.Unlock()
		h.row.Owner, h.row.CheckpointOwner = row.Owner, row.CheckpointOwner
	}
	return nil
}

// isLost tells an error of a lease store after which the worker must stop.
func isLost(err error) bool { return errors.Is(err, lease.ErrLost) }
