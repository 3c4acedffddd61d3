package destination

import (
	"context"
	"slices"
	"sync"
)

// Memory keeps messages in the process. The zero value is empty and ready, and
// safe for concurrent use.
type Memory struct {
	mu       sync.Mutex
	messages []Message
}

var _ Destination = (*Memory)(nil)

// Send keeps the message about the failure, unless the context has ended.
func (d *Memory) Send(ctx context.Context, f Failure) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m := NewMessage(f)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.messages = append(d.messages, m)
	return nil
}

// Messages returns what was sent, oldest first.
func (d *Memory) Messages() []Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.messages)
}
