package lease

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// NewMemory returns an empty [Store] in the process, with the same rows as a
// table in DynamoDB.
func NewMemory() *Table { return &Table{rows: &memory{rows: map[string]item{}}} }

// memory keeps rows in a map.
type memory struct {
	mu   sync.Mutex
	rows map[string]item
}

func (*memory) prepare(ctx context.Context) error { return ctx.Err() }

func (m *memory) scan(ctx context.Context) ([]item, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.rows)), ctx.Err()
}

func (m *memory) create(ctx context.Context, key string, row item) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil || m.rows[key] != nil {
		return false, err
	}
	m.rows[key] = row
	return true, nil
}

func (m *memory) update(ctx context.Context, key string, e edit) (item, bool, error) {
	return m.change(ctx, key, e, func(row item) { m.rows[key] = e.applied(row) })
}

func (m *memory) remove(ctx context.Context, key string, e edit) (item, bool, error) {
	return m.change(ctx, key, e, func(item) { delete(m.rows, key) })
}

func (m *memory) change(ctx context.Context, key string, e edit, do func(item)) (item, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row := m.rows[key]
	if err := ctx.Err(); err != nil || row == nil || !e.permits(row) {
		return row, false, err
	}
	do(row)
	return m.rows[key], true, nil
}
