package consumer

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// A read that failed is tried again after a wait that doubles from retryFirst to
// retryMax.
const (
	retryFirst = 100 * time.Millisecond
	retryMax   = 5 * time.Second
)

// polling is when a shard is read. The lock of the lanes guards it.
type polling struct {
	reads, empty, records uint64 // as in ShardStatus

	under  int       // reads under way: one that fetches, and one whose page is not told yet
	again  bool      // the next is due at once, whatever these find
	due    time.Time // no read before
	idle   int       // reads that found nothing, since one that did
	failed int       // reads that failed, since one that did not

	tail      string  // the last record read
	back      *Reader // where the reader is to stand again; what was read since does not count
	lastShard bool    // the stream is disabled, and the shard not closed: see Reader.EndWhenEmpty
}

// begin counts a read.
func (p *polling) begin() uint64 {
	p.under++
	p.reads++
	return p.reads
}

// now makes a read due: the next, if one is under way.
func (p *polling) now() {
	p.due, p.idle, p.again = time.Time{}, 0, p.under > 0
}

// found notes a read that went well: the next is due at once if it found
// something, else after the wait, counted from its beginning.
func (p *polling) found(n uint64, records []core.Record, began time.Time, wait, most time.Duration) {
	p.failed, p.due = 0, time.Time{}
	p.under--
	if len(records) > 0 {
		p.idle, p.again = 0, false
		p.records += uint64(len(records))
		p.tail = records[len(records)-1].Sequence
		return
	}
	p.empty = n
	if p.again {
		p.again = false
		return
	}
	p.due = began.Add(doubled(wait, p.idle, max(wait, most)))
	p.idle++
}

// delay is the wait after a read that failed.
func (p *polling) delay() time.Duration { return doubled(retryFirst, p.failed, retryMax) }

// retry notes a read that failed.
func (p *polling) retry(at time.Time) {
	p.again, p.due = false, at
	p.under--
	p.failed++
}

// doubled is a wait doubled so many times, at most so long.
func doubled(wait time.Duration, times int, most time.Duration) time.Duration {
	for ; times > 0 && wait < most; times-- {
		wait *= 2
	}
	return min(wait, most)
}

// fetch is one read. Its outcome is told after that of the read before.
type fetch struct {
	n      uint64
	limit  int
	before <-chan struct{} // closed when that was told; nil: there is none
}

// read reads the shard and tells the core what it found. While a page is made
// into records the next is fetched already, so that the service need not wait.
func (l *lanes) read(f fetch) {
	began := l.w.c.now()
	place, found, end, err := l.page(f)
	told := make(chan struct{})
	defer close(told)
	if err == nil && !end && len(found) > 0 {
		l.readAhead(f.before, fetch{limit: f.limit, before: told})
	}
	var records []core.Record
	if err == nil {
		if records, err = NewRecords(found, l.origin, l.w.match()); err != nil {
			err = &unreadable{err, place}
		}
	}
	took := l.w.c.now().Sub(began)
	if f.before != nil {
		<-f.before
	}
	switch {
	case f.before != nil && l.void():
		l.told(func(time.Time) { l.poll.under-- })
	case err != nil:
		l.readFailed(err)
	default:
		l.emit(polled(records, end, began, took))
		l.told(func(now time.Time) {
			l.poll.found(f.n, records, began, l.w.c.options.Poll, l.w.c.options.PollMax)
			l.core.Read(now, records, end)
		})
	}
}

// page fetches records, and tells where the reader stood before.
func (l *lanes) page(f fetch) (place Reader, found []types.Record, end bool, err error) {
	l.mu.Lock()
	if back := l.poll.back; back != nil && f.before == nil {
		*l.reader, l.poll.back = *back, nil
	}
	lastShard := l.poll.lastShard
	l.mu.Unlock()
	if lastShard {
		l.reader.EndWhenEmpty()
	}
	place = *l.reader
	found, end, err = l.reader.Read(l.reading, f.limit)
	return place, found, end, err
}

// readAhead begins the next read if the core wants one, though it has not been
// told of the last page; it knows of all pages before that. So what is read and
// not told is never more than two pages.
func (l *lanes) readAhead(before <-chan struct{}, f fetch) {
	if before != nil {
		select {
		case <-before:
		default:
			return
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	stops := l.stuck != nil || l.leaving != "" || l.paused || l.poll.failed > 0
	if stops || !slices.ContainsFunc(l.core.Next(l.w.c.now()), isRead) {
		return
	}
	f.n = l.poll.begin()
	l.acting++
	l.acts.Go(func() { l.read(f) })
}

// void says that the page before could not be read, so that this one comes too
// early.
func (l *lanes) void() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.poll.back != nil
}

func isRead(a core.Action) bool {
	_, ok := a.(core.Read)
	return ok
}

func polled(records []core.Record, end bool, began time.Time, took time.Duration) Polled {
	f := Polled{Records: len(records), End: end, Began: began, Took: took}
	for _, r := range records {
		if r.Filtered {
			f.Filtered++
		}
		f.Last = r.Sequence
	}
	return f
}

// unreadable is a record that no stream has. Nothing can be left out, so the shard
// stands still at it, and says so.
type unreadable struct {
	error
	place Reader // before it
}

// readFailed decides what an error of a read means for the shard.
func (l *lanes) readFailed(err error) {
	var trimmed *TrimmedError
	var gone *GoneError
	var bad *unreadable
	switch {
	case l.reading.Err() != nil: // the work is over
		l.told(func(time.Time) { l.poll.under-- })
	case errors.As(err, &trimmed):
		l.emit(RecordsLost{After: trimmed.After, Err: err})
		l.reader.ResumeAtHorizon()
		l.told(func(now time.Time) { l.poll.retry(now) })
	case errors.As(err, &gone) && l.isGone():
		l.emit(RecordsLost{After: l.lastRead(), Whole: true, Err: err})
		l.told(func(now time.Time) {
			l.poll.under--
			l.core.Read(now, nil, true)
		})
		l.w.resync()
	case errors.As(err, &bad): // it will not go away at once
		again := l.w.c.now().Add(retryMax)
		l.emit(ReadFailed{Err: err, Again: again})
		l.told(func(time.Time) {
			l.poll.retry(again)
			l.poll.back = &bad.place // behind these records it would go on without them
		})
	default:
		l.retryRead(err)
	}
}

func (l *lanes) retryRead(err error) {
	l.mu.Lock()
	at := l.w.c.now().Add(l.poll.delay())
	l.mu.Unlock()
	l.emit(ReadFailed{Err: err, Again: at})
	l.told(func(time.Time) { l.poll.retry(at) })
}

func (l *lanes) lastRead() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.poll.tail
}

// isGone asks whether the stream or the shard is really not there any more: an
// end that is none would lose what is in it.
func (l *lanes) isGone() bool {
	ctx, cancel := context.WithTimeout(l.reading, retryMax)
	defer cancel()
	stream, err := DescribeStream(ctx, l.w.c.options.Streams, l.place.StreamARN)
	var gone *GoneError
	if err != nil {
		return errors.As(err, &gone)
	}
	for _, s := range stream.Shards {
		if s.ID == l.place.ShardID {
			return false
		}
	}
	return true
}
