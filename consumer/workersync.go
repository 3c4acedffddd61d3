package consumer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/lease"
)

// soonMost bounds the wait for what is missing: a table, its stream, the children
// of a shard that has ended.
const soonMost = 2 * time.Second

// sync lists the shards of the streams, makes leases where they are missing and
// deletes those that are of no more use. If it is only for the children of shards
// that ended it lists just those, where they are there already: a large stream has
// many pages. It returns the leases as they are then.
func (w *worker) sync(ctx context.Context, rows []lease.Lease, ended []string) []lease.Lease {
	s := syncing{w: w, rows: rows, streams: w.streams}
	w.leased = w.leased || len(rows) > 0
	if s.quick = s.findChildren(ctx, ended); !s.quick {
		s.findStreams(ctx)
		s.findOlder(ctx)
	}
	if ctx.Err() != nil {
		return s.rows // the stop of the consumer cut it off
	}
	s.create(ctx)
	if !s.incomplete && !s.quick {
		s.delete(ctx)
	}
	s.plan()
	if s.listed {
		w.emit(Place{StreamARN: s.newest()}, Synced{Shards: len(s.shards()), NewLeases: s.created, Deleted: s.deleted})
	}
	return s.rows
}

// syncing is one sync.
type syncing struct {
	w       *worker
	rows    []lease.Lease
	streams []Stream // the oldest first

	quick            bool      // only children are listed
	listed           bool      // at least one stream was
	incomplete       bool      // but not all that there is
	problem          error     // there is no stream, or it is not known
	waits            bool      // a stream that is gone is still worked on
	since            time.Time // of leases at LATEST; zero: now
	created, deleted int
}

// findChildren adds the children of shards that ended to what was listed before;
// false says that the streams are to be listed.
func (s *syncing) findChildren(ctx context.Context, ended []string) bool {
	streams := slices.Clone(s.streams)
	for _, id := range ended {
		i := slices.IndexFunc(streams, func(stream Stream) bool {
			return slices.ContainsFunc(stream.Shards, func(shard Shard) bool { return shard.ID == id })
		})
		if i < 0 {
			return false
		}
		children, err := Children(ctx, s.w.c.options.Streams, streams[i].ARN, id)
		if err != nil || len(children) == 0 {
			return false
		}
		streams[i].Shards = parentsFirst(slices.Concat(streams[i].Shards, children))
	}
	if len(ended) == 0 {
		return false
	}
	s.streams, s.listed = streams, true
	return true
}

// findStreams lists the shards of the streams known, and of the one that the
// table writes to.
func (s *syncing) findStreams(ctx context.Context) {
	arns := make([]string, 0, len(s.streams)+1)
	for _, stream := range s.streams {
		arns = append(arns, stream.ARN)
	}
	arn, err := s.w.streamARN(ctx)
	if err != nil {
		s.missing(err, !errors.Is(err, ErrNoTable) && !errors.Is(err, ErrNoStream))
	} else if !slices.Contains(arns, arn) {
		arns = append(arns, arn)
	}
	known := s.streams
	s.streams = nil
	for _, arn := range arns {
		s.describe(ctx, arn, known)
	}
}

// streamARN is the stream that the mapping reads in the end.
func (w *worker) streamARN(ctx context.Context) (string, error) {
	if w.trigger.StreamARN != "" {
		return w.trigger.StreamARN, nil
	}
	stream, err := StreamOf(ctx, w.c.options.Tables, w.trigger.Mapping.Table)
	return stream.ARN, err
}

// missing notes that something is not there, or is not known to be.
func (s *syncing) missing(err error, unknown bool) {
	s.problem = err
	s.incomplete = s.incomplete || unknown
}

// describe lists the shards of one stream. A stream that is gone is left out; one
// that could not be listed stays as it was.
func (s *syncing) describe(ctx context.Context, arn string, known []Stream) {
	stream, err := DescribeStream(ctx, s.w.c.options.Streams, arn)
	i := slices.IndexFunc(known, func(k Stream) bool { return k.ARN == arn })
	var gone *GoneError
	switch {
	case err == nil:
		s.listed = true
		s.streams = append(s.streams, stream)
		if i < 0 {
			s.w.emit(Place{StreamARN: arn}, StreamFound{ViewType: string(stream.ViewType)})
		}
	case errors.As(err, &gone):
		s.missing(err, false)
	default:
		s.missing(err, true)
		if i >= 0 {
			s.streams = append(s.streams, known[i])
		}
	}
}

// of says whether a lease is of a shard of the stream.
func of(stream Stream, row lease.Lease) bool {
	return slices.ContainsFunc(stream.Shards, func(s Shard) bool { return s.ID == row.Key })
}

// create makes the missing leases of the oldest stream that is not read out, and
// forgets those before it. The next stream gets its leases only when nothing of
// this one is left, since an item may have records in both. So where a stream has
// leases those before it are read out, or gone.
func (s *syncing) create(ctx context.Context) {
	if s.blocked() {
		s.waits = true
		return
	}
	for i := len(s.streams) - 1; i > 0; i-- {
		if s.leased(s.streams[i]) {
			s.streams = s.streams[i:]
			break
		}
	}
	for len(s.streams) > 0 {
		stream := s.streams[0]
		for _, l := range lease.Missing(shardsOf(stream), s.rows, s.start(stream)) {
			s.createOne(ctx, l)
		}
		if len(s.streams) == 1 || s.unread(stream) {
			return
		}
		s.streams = s.streams[1:]
	}
}

func (s *syncing) createOne(ctx context.Context, l lease.Lease) {
	ctx, cancel := s.w.callContext(ctx)
	defer cancel()
	if l.Checkpoint == lease.Latest {
		l.Start = s.since
		if l.Start.IsZero() {
			l.Start = s.w.c.now()
		}
	}
	created, err := s.w.leases.Create(ctx, l)
	if err != nil {
		s.incomplete = true
		s.w.leaseFailed(l.Key, "create", err)
		return
	}
	if created {
		s.created++
		s.w.fresh[l.Key] = s.since.IsZero()
		s.rows = append(s.rows, l)
	} else {
		s.w.nudge() // another worker did: the next list has it
	}
}

// start is where the shards of a stream begin that follow none with a lease: at
// the mapping's starting position only when the mapping begins (P4), and at
// TRIM_HORIZON ever after, lest something between is lost. While the first leases
// are being made, by this worker or another, the rest of them are as the first.
func (s *syncing) start(stream Stream) string {
	if s.w.trigger.Mapping.StartingPosition != lease.Latest {
		return lease.TrimHorizon
	}
	for _, row := range s.rows {
		if !of(stream, row) {
			return lease.TrimHorizon
		}
		if !row.Start.IsZero() && (s.since.IsZero() || row.Start.Before(s.since)) {
			s.since = row.Start
		}
	}
	if len(s.rows) == 0 && !s.w.leased && cmp.Or(s.w.first, stream.ARN) == stream.ARN {
		s.w.first = stream.ARN
		return lease.Latest
	}
	if s.since.IsZero() {
		return lease.TrimHorizon
	}
	return lease.Latest
}

// unread says whether there is, or may be, something to read in a stream.
func (s *syncing) unread(stream Stream) bool {
	return !stream.Disabled() || s.incomplete || slices.ContainsFunc(s.rows, func(row lease.Lease) bool {
		return !row.Ended() && of(stream, row)
	})
}

// shardsOf are the shards of a stream as package lease knows them.
func shardsOf(stream Stream) []lease.Shard {
	shards := make([]lease.Shard, 0, len(stream.Shards))
	for _, shard := range stream.Shards {
		shards = append(shards, lease.Shard(shard))
	}
	return shards
}

func (s *syncing) shards() []lease.Shard {
	var all []lease.Shard
	for _, stream := range s.streams {
		all = append(all, shardsOf(stream)...)
	}
	return all
}

// delete deletes the leases of no more use (K2).
func (s *syncing) delete(ctx context.Context) {
	for _, row := range lease.Deletable(s.shards(), s.rows) {
		s.deleteOne(ctx, row)
	}
}

func (s *syncing) deleteOne(ctx context.Context, row lease.Lease) {
	ctx, cancel := s.w.callContext(ctx)
	defer cancel()
	switch err := s.w.leases.Delete(ctx, row); {
	case err == nil:
		s.deleted++
		s.rows = slices.DeleteFunc(s.rows, func(r lease.Lease) bool { return r.Key == row.Key })
	case !isLost(err):
		s.w.leaseFailed(row.Key, "delete", err)
	}
}

// plan keeps what was found, and says when to look again: soon where something is
// missing or nothing is there to work on.
func (s *syncing) plan() {
	w, now := s.w, s.w.c.now()
	due := w.syncDue
	w.syncDue = now.Add(w.c.options.ShardSync)
	if s.incomplete || s.waits || s.problem != nil || s.childless() {
		w.syncDue = now.Add(doubled(retryFirst, w.barren, min(soonMost, w.c.options.ShardSync)))
		w.barren++
	} else if w.barren = 0; s.quick {
		w.syncDue = due
	}
	if s.problem != nil {
		w.emit(Place{StreamARN: s.newest()}, StreamMissing{Err: s.problem, Again: w.syncDue})
	}
	w.mu.Lock()
	w.streams = s.streams
	if !s.quick {
		w.problem = ""
	}
	if s.problem != nil {
		w.problem = s.problem.Error()
	}
	if s.listed && !s.incomplete && !s.quick {
		w.syncs++
	}
	w.mu.Unlock()
	for _, l := range w.lanes() {
		s.markLast(l)
	}
}

// childless says whether a shard has ended whose children are not listed yet, or
// will be in a stream that is not there yet.
func (s *syncing) childless() bool {
	if len(s.streams) == 0 {
		return true
	}
	stream := s.streams[0]
	if stream.Disabled() {
		return !slices.ContainsFunc(s.rows, func(row lease.Lease) bool { return !row.Ended() && of(stream, row) })
	}
	return slices.ContainsFunc(s.rows, func(row lease.Lease) bool {
		return row.Ended() && of(stream, row) &&
			!slices.ContainsFunc(stream.Shards, func(child Shard) bool { return child.ParentID == row.Key })
	})
}

// markLast tells the lanes of a shard that its stream is disabled, in case the
// shard is never closed (K6).
func (s *syncing) markLast(l *lanes) {
	for _, stream := range s.streams {
		if stream.ARN != l.place.StreamARN || !stream.Disabled() {
			continue
		}
		for _, shard := range stream.Shards {
			if shard.ID == l.place.ShardID && !shard.Closed {
				l.change(func() { l.poll.lastShard = true })
			}
		}
	}
}

func (s *syncing) newest() string {
	if len(s.streams) == 0 {
		return ""
	}
	return s.streams[len(s.streams)-1].ARN
}
