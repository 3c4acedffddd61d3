package gate

// memory is a map that forgets its oldest keys once it holds more than most of
// them; most 0 is no limit.
type memory[K comparable, V any] struct {
	most  int
	items map[K]V
	order []K // of their first coming, from at on
	at    int
}

func newMemory[K comparable, V any](most int) memory[K, V] {
	return memory[K, V]{most: most, items: map[K]V{}}
}

func (m *memory[K, V]) get(k K) (V, bool) {
	v, ok := m.items[k]
	return v, ok
}

func (m *memory[K, V]) put(k K, v V) {
	_, known := m.items[k]
	m.items[k] = v
	if known || m.most == 0 {
		return
	}
	m.order = append(m.order, k)
	for len(m.items) > m.most {
		delete(m.items, m.order[m.at])
		m.at++
	}
	if m.at > m.most {
		m.order, m.at = append([]K(nil), m.order[m.at:]...), 0
	}
}
