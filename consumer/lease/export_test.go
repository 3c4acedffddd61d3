package lease

import (
	"context"
	"errors"
)

// ErrNoAnswer is what a lossy table says of a write that was made.
var ErrNoAnswer = errors.New("no answer")

// NewLossy returns a table in memory that loses the answer to a write whenever
// lose says so, as a network does.
func NewLossy(lose func() bool) *Table {
	return &Table{rows: &lossy{memory: memory{rows: map[string]item{}}, lose: lose}}
}

type lossy struct {
	memory
	lose func() bool
}

func (r *lossy) update(ctx context.Context, key string, e edit) (item, bool, error) {
	row, edited, err := r.memory.update(ctx, key, e)
	if r.lose() {
		return nil, false, ErrNoAnswer
	}
	return row, edited, err
}
