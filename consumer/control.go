package consumer

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// changes tells those who wait that something has changed.
type changes struct {
	mu   sync.Mutex
	next chan struct{} // nil: nobody waits
}

func (c *changes) wait() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = make(chan struct{})
	}
	return c.next
}

func (c *changes) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
	}
}

func (c *Consumer) changed() { c.changes.tell() }

// Changed returns a channel that is closed when Status changes. Get it first,
// then look at Status.
func (c *Consumer) Changed() <-chan struct{} { return c.changes.wait() }

// Status tells how all mappings are doing, in one moment, in the order of the
// triggers that are enabled.
func (c *Consumer) Status() []MappingStatus {
	// Everything is locked before anything is looked at, always in this order.
	var locked []sync.Locker
	lock := func(l sync.Locker) {
		l.Lock()
		locked = append(locked, l)
	}
	defer func() {
		for _, l := range locked {
			l.Unlock()
		}
	}()
	for _, w := range c.workers {
		lock(&w.mu)
		for _, l := range w.running {
			lock(&l.mu)
		}
	}
	all := make([]MappingStatus, 0, len(c.workers))
	for _, w := range c.workers {
		all = append(all, w.status())
	}
	return all
}

// status is that of one mapping; the worker and its lanes are locked.
func (w *worker) status() MappingStatus {
	s := MappingStatus{Mapping: w.name, Syncs: w.syncs, Problem: w.problem, Paused: w.paused}
	s.Environments, s.Running, s.Late = w.pool.count()
	for _, id := range slices.Sorted(maps.Keys(w.running)) {
		if _, _, listed := w.shard(id); !listed {
			s.Shards = append(s.Shards, w.running[id].status()) // gone, and not done with
		}
	}
	for _, stream := range w.streams {
		s.StreamARN = stream.ARN
		for _, shard := range stream.Shards {
			s.Shards = append(s.Shards, w.shardStatus(stream, shard))
		}
	}
	return s
}

func (w *worker) shardStatus(stream Stream, shard Shard) ShardStatus {
	if l := w.running[shard.ID]; l != nil {
		return l.status()
	}
	row, leased := w.rows[shard.ID]
	s := ShardStatus{StreamARN: stream.ARN, ShardID: shard.ID, State: ShardWaits, Holder: row.Holder()}
	switch {
	case !leased && shard.Closed:
		s.State = ShardDone // its lease is deleted, or it lay before the start
	case row.Ended():
		s.State, s.Holder = ShardDone, ""
	case s.Holder != "" && s.Holder != w.c.worker:
		s.State = ShardElsewhere
	}
	return s
}

// Wake has all shards read, and listed, at once, instead of when their time has
// come.
func (c *Consumer) Wake() {
	for _, w := range c.workers {
		w.resync()
		for _, l := range w.lanes() {
			l.wake()
		}
	}
}

// Pause lets a mapping stand still: what runs is finished and checkpointed,
// nothing else begins, and the position is kept (P15), also against other
// workers. The reason is shown in Status. Other workers are not paused.
func (c *Consumer) Pause(mapping, reason string) error {
	if reason == "" {
		return fmt.Errorf("pause: mapping %s: no reason given", mapping)
	}
	w, err := c.byName(mapping)
	if err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	w.pause(reason)
	return nil
}

// Resume lets a mapping that was paused go on.
func (c *Consumer) Resume(mapping string) error {
	w, err := c.byName(mapping)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	w.pause("")
	return nil
}

// ColdStart lets the next invocations of a mapping start cold, as after a deployment:
// each builds its handler anew. Environments that are free are given up at once,
// those that run when their invocation ends.
func (c *Consumer) ColdStart(mapping string) error {
	w, err := c.byName(mapping)
	if err != nil {
		return fmt.Errorf("cold start: %w", err)
	}
	w.pool.giveUp()
	c.changed()
	return nil
}

func (c *Consumer) byName(mapping string) (*worker, error) {
	for _, w := range c.workers {
		if w.name == mapping {
			return w, nil
		}
	}
	return nil, fmt.Errorf("mapping %s: no trigger of that name is enabled", mapping)
}
