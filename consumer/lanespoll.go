package consumer

import (
	"context"
	"errors"
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

	under  bool      // a read is under way
	again  bool      // and the next is due at once, whatever it finds
	due    time.Time // no read before
	idle   int       // reads that found nothing, since one that did
	failed int       // reads that failed, since one that did not

	tail      string // the last record read
	lastShard bool   // the stream is disabled, and the shard not closed: see Reader.EndWhenEmpty
}

// begin counts a read, unless one is under way.
func (p *polling) begin() (n uint64, ok bool) {
	if p.under {
		return 0, false
	}
	p.under = true
	p.reads++
	return p.reads, true
}

// now makes a read due: the next, if one is under way.
func (p *polling) now() {
	p.due, p.idle, p.again = time.Time{}, 0, p.under
}

// found notes a read that went well: the next is due at once if it found
// something, else after the wait, counted from its beginning.
func (p *polling) found(n uint64, records []core.Record, began time.Time, wait, most time.Duration) {
	p.under, p.failed, p.due = false, 0, time.Time{}
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
	p.under, p.again, p.due = false, false, at
	p.failed++
}

// doubled is a wait doubled so many times, at most so long.
func doubled(wait time.Duration, times int, most time.Duration) time.Duration {
	for ; times > 0 && wait < most; times-- {
		wait *= 2
	}
	return min(wait, most)
}

// read reads the shard and tells the core what it found.
func (l *lanes) read(n uint64, limit int) {
	began := l.w.c.now()
	records, filtered, end, err := l.page(limit)
	if err != nil {
		l.readFailed(err)
		return
	}
	f := Polled{Records: len(records), Filtered: filtered, End: end, Began: began, Took: l.w.c.now().Sub(began)}
	if len(records) > 0 {
		f.Last = records[len(records)-1].Sequence
	}
	l.emit(f)
	l.told(func(now time.Time) {
		l.poll.found(n, records, began, l.w.c.options.Poll, l.w.c.options.PollMax)
		l.core.Read(now, records, end)
	})
}

// page reads records as lanes take them, and counts those that the filters turn
// away.
func (l *lanes) page(limit int) (records []core.Record, filtered int, end bool, err error) {
	l.mu.Lock()
	lastShard := l.poll.lastShard
	l.mu.Unlock()
	if lastShard {
		l.reader.EndWhenEmpty()
	}
	place := *l.reader
	var found []types.Record
	if found, end, err = l.reader.Read(l.reading, limit); err != nil {
		return nil, 0, false, err
	}
	if records, err = NewRecords(found, l.origin, l.w.match()); err != nil {
		*l.reader = place // behind these records it would go on without them
		return nil, 0, false, &unreadable{err}
	}
	for i := range records {
		if records[i].Filtered {
			filtered++
		}
	}
	return records, filtered, end, nil
}

// unreadable is a record that no stream has. Nothing can be left out, so the shard
// stands still at it, and says so.
type unreadable struct{ error }

// readFailed decides what an error of a read means for the shard.
func (l *lanes) readFailed(err error) {
	var trimmed *TrimmedError
	var gone *GoneError
	var bad *unreadable
	switch {
	case l.reading.Err() != nil: // the work is over
		l.told(func(time.Time) { l.poll.under = false })
	case errors.As(err, &trimmed):
		l.emit(RecordsLost{After: trimmed.After, Err: err})
		l.reader.ResumeAtHorizon()
		l.told(func(now time.Time) { l.poll.retry(now) })
	case errors.As(err, &gone) && l.isGone():
		l.emit(RecordsLost{After: l.lastRead(), Whole: true, Err: err})
		l.told(func(now time.Time) {
			l.poll.under = false
			l.core.Read(now, nil, true)
		})
		l.w.resync()
	case errors.As(err, &bad): // it will not go away at once
		again := l.w.c.now().Add(retryMax)
		l.emit(ReadFailed{Err: err, Again: again})
		l.told(func(time.Time) { l.poll.retry(again) })
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
