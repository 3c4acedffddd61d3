package consumer

import (
	"context"

	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// round looks at the leases and does what they ask for; false says that it could
// not look.
func (w *worker) round(ctx context.Context) bool {
	if !w.prepared {
		if err := w.prepare(ctx); err != nil {
			w.leaseFailed("", "prepare", err)
			return false
		}
	}
	before := map[string]bool{} // what ends from here on is not as the list says
	for _, l := range w.lanes() {
		before[l.place.ShardID] = true
	}
	rows, err := w.list(ctx)
	listed := w.c.now()
	w.compare(rows, err)
	if err != nil {
		w.prepared = Transient(err) // the table itself may be gone
		w.leaseFailed("", "list", err)
		return false
	}
	clear(w.fresh)
	if due, ended := w.due(rows); due {
		rows = w.sync(ctx, rows, nil)
	} else if len(ended) > 0 {
		rows = w.sync(ctx, rows, ended)
	}
	w.mu.Lock()
	w.rows = byKey(rows)
	w.mu.Unlock()
	works := func(key string) bool { return before[key] || w.worksOn(key) }
	w.follow(ctx, w.observer.Plan(listed, w.mine(rows), works), works)
	w.c.changed()
	return true
}

// prepare takes as long as a call may; a table that is being created longer is
// waited for again.
func (w *worker) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, CallTimeout)
	defer cancel()
	err := w.leases.Prepare(ctx)
	w.prepared = err == nil
	return err
}

func (w *worker) list(ctx context.Context) ([]lease.Lease, error) {
	ctx, cancel := w.callContext(ctx)
	defer cancel()
	return w.leases.List(ctx)
}

func byKey(rows []lease.Lease) map[string]lease.Lease {
	m := make(map[string]lease.Lease, len(rows))
	for _, row := range rows {
		m[row.Key] = row
	}
	return m
}

// compare looks for what has happened to the leases that the worker holds. With
// an error there is no list to compare with.
func (w *worker) compare(rows []lease.Lease, err error) {
	if err != nil {
		return
	}
	there := byKey(rows)
	for _, l := range w.lanes() {
		row, ok := there[l.place.ShardID]
		if err := l.lease.seen(row, ok); err != nil {
			l.lose(err)
		} else if to := l.lease.askedBy(); to != "" {
			l.leave(to + " asked for the lease")
		}
	}
}

// worksOn says whether the worker works on a shard, or has not finished with it.
func (w *worker) worksOn(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running[key] != nil
}

// mine are the leases of the streams that are read: what another worker knows of
// and this one does not, it cannot read.
func (w *worker) mine(rows []lease.Lease) []lease.Lease {
	var known []lease.Lease
	for _, row := range rows {
		if _, _, ok := w.shard(row.Key); ok {
			known = append(known, row)
		}
	}
	return known
}

// shard finds a shard in the streams that are read.
func (w *worker) shard(id string) (Stream, Shard, bool) {
	for _, stream := range w.streams {
		for _, s := range stream.Shards {
			if s.ID == id {
				return stream, s, true
			}
		}
	}
	return Stream{}, Shard{}, false
}

// follow does what the plan says, but for leases of shards that the worker works
// on: their lanes do that, and it does not begin with a shard that it has not
// finished with. What another worker did first is left to it.
func (w *worker) follow(ctx context.Context, plan lease.Plan, works func(key string) bool) {
	for _, move := range plan.HandOver {
		if !works(move.Lease.Key) {
			w.handOver(ctx, move.Lease)
		}
	}
	for _, move := range plan.Take {
		if ctx.Err() == nil && !works(move.Lease.Key) {
			w.take(ctx, move.Lease)
		}
	}
	for _, move := range plan.Steal {
		w.steal(ctx, move.Lease)
	}
}

// handOver hands over a lease that nobody here works on.
func (w *worker) handOver(ctx context.Context, row lease.Lease) {
	ctx, cancel := w.callContext(ctx)
	defer cancel()
	if _, err := w.leases.HandOver(ctx, row); err == nil {
		w.emit(Place{ShardID: row.Key}, LeaseHandedOver{To: row.Owner})
	} else if !isLost(err) {
		w.leaseFailed(row.Key, "hand over", err)
	}
}

func (w *worker) take(ctx context.Context, row lease.Lease) {
	ctx, cancel := w.callContext(ctx)
	defer cancel()
	began := w.c.now()
	taken, err := w.leases.Take(ctx, row, w.c.worker)
	switch {
	case isLost(err):
		return
	case err != nil:
		w.leaseFailed(row.Key, "take", err)
		return
	}
	stream, shard, _ := w.shard(row.Key)
	from, dead := row.Holder(), true
	if from == "" || from == w.c.worker {
		from, dead = w.stolen[row.Key], false
	}
	delete(w.stolen, row.Key)
	w.emit(Place{StreamARN: stream.ARN, ShardID: row.Key}, LeaseTaken{From: from, Dead: dead})
	if err := w.begin(stream, shard, taken, w.fresh[row.Key] && row.Counter == 0, began); err != nil {
		w.leaseFailed(row.Key, "begin", err)
	}
}

func (w *worker) steal(ctx context.Context, row lease.Lease) {
	ctx, cancel := w.callContext(ctx)
	defer cancel()
	from := row.Holder()
	switch _, err := w.leases.Assign(ctx, row, w.c.worker); {
	case err == nil:
		w.stolen[row.Key] = from
		w.emit(Place{ShardID: row.Key}, LeaseStolen{From: from})
	case !isLost(err):
		w.leaseFailed(row.Key, "steal", err)
	}
}

// due says whether the shards are to be listed in this round: their time has
// come, somebody asked for it, or the leases have changed as they do when a shard
// of another worker ends or that knows of one that this one does not. If not, the
// children of those shards are due that ended here.
func (w *worker) due(rows []lease.Lease) (due bool, ended []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	due = w.wanted || !w.c.now().Before(w.syncDue) || len(rows) < len(w.rows)
	for _, row := range rows {
		known, there := w.rows[row.Key]
		due = due || !there || row.Ended() != known.Ended()
	}
	ended, w.wanted, w.ended = w.ended, false, nil
	return due, ended
}
