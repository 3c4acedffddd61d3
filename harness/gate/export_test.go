package gate

import (
	"context"
	"time"
)

// For tests of the pure parts.

// NewDeadline is newDeadline with the methods a call uses.
func NewDeadline(parent context.Context, timeout time.Duration, expire func()) (ctx context.Context, pause, resume, stop func()) {
	d, stop := newDeadline(parent, timeout, time.Now, expire)
	return d, d.pause, d.resume, stop
}

var (
	Writes  = writes
	Outcome = outcome
	Changes = changes
	Images  = images
)

// Memory is a memory of numbers, for a test of its size.
type Memory struct{ memory[int, int] }

func NewMemory(most int) *Memory { return &Memory{newMemory[int, int](most)} }

// Put puts a key.
func (m *Memory) Put(k int) { m.put(k, k) }

// Has tells whether a key is remembered.
func (m *Memory) Has(k int) bool { _, ok := m.get(k); return ok }

// Size is how many keys it stores, in all of its parts.
func (m *Memory) Size() int { return max(len(m.items), len(m.order), cap(m.order)) }
