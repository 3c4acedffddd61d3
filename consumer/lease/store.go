package lease

import (
	"context"
	"errors"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// ErrLost says that the row is not as the caller knows it: somebody else took
// the lease or deleted it. The caller must stop working on it.
var ErrLost = errors.New("lease lost: somebody else changed or deleted it")

// Store keeps leases. A method that changes one takes it as the caller knows it
// and returns it as it is then, or an error that is [ErrLost] if the row was
// changed meanwhile. With any other error it is unknown whether the change
// happened, and the lease returned is the one to go on with: the next call finds
// out. So "l, err = store.Renew(ctx, l)" is always right until ErrLost. A Store
// is safe for concurrent use, but calls for one lease must come one after the other.
type Store interface {
	// Prepare creates what is missing and waits until it can be used. It refuses
	// a place that is not made for leases.
	Prepare(context.Context) error
	// List returns all leases, sorted by Key, none older than the call.
	List(context.Context) ([]Lease, error)
	// Create makes the row unless there is one with this Key; false says that
	// there is. An empty Checkpoint means TRIM_HORIZON, empty hash keys "0" and "1".
	Create(context.Context, Lease) (created bool, err error)

	// Renew tells the other workers that the holder lives.
	Renew(context.Context, Lease) (Lease, error)
	// Take makes owner the holder: of a lease that nobody owns or whose holder is
	// dead, of one that was handed over to it, or by ending a hand-over by force.
	Take(ctx context.Context, l Lease, owner string) (Lease, error)
	// Assign begins a hand-over to owner. The holder goes on until it calls
	// HandOver. It fails with ErrLost if the lease changed owner meanwhile, or
	// another hand-over has begun; a renewal does not matter.
	Assign(ctx context.Context, l Lease, owner string) (Lease, error)
	// HandOver ends a hand-over: the holder has finished, and Owner may Take.
	HandOver(context.Context, Lease) (Lease, error)
	// Checkpoint stores how far the shard is dealt with, and renews. Where the
	// sequence number is "" the checkpoint stays what it was, TRIM_HORIZON or
	// LATEST. A position before the one stored is an error.
	Checkpoint(context.Context, Lease, core.Position) (Lease, error)
	// End says that the shard is read out and dealt with: the checkpoint becomes
	// SHARD_END. If the lease has Children they are stored too. The row goes on
	// naming who ended it, also after that worker has stopped; nobody takes it any more.
	End(context.Context, Lease) (Lease, error)
	// Release gives the lease up, so that anybody may take it at once; in the
	// middle of a hand-over it ends that.
	Release(context.Context, Lease) (Lease, error)
	// Delete removes the row. That it is gone already is no error.
	Delete(context.Context, Lease) error
}

var _ Store = (*Table)(nil)
