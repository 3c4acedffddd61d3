package gate_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/gate"
)

// TestMemoryHoldsTheNewestKeys compares it with a list of keys in the order of
// their first coming.
func TestMemoryHoldsTheNewestKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(0, 5).Draw(t, "most")
		m := gate.NewMemory(most)
		var known []int
		for range rapid.IntRange(0, 60).Draw(t, "puts") {
			k := rapid.IntRange(0, 12).Draw(t, "key")
			before := m.Has(k)
			m.Put(k)
			if !before {
				known = append(known, k)
			}
			if most > 0 && len(known) > most {
				known = known[1:]
			}
			held := 0
			for k := range 13 {
				if m.Has(k) {
					held++
				}
			}
			if held != len(known) {
				t.Fatalf("it holds %d keys, want %v", held, known)
			}
			for _, k := range known {
				if !m.Has(k) {
					t.Fatalf("it forgot %d of %v", k, known)
				}
			}
		}
	})
}

func TestMemoryStaysSmall(t *testing.T) {
	m := gate.NewMemory(10)
	for k := range 100_000 {
		m.Put(k)
	}
	if n := m.Size(); n > 100 {
		t.Errorf("%d keys stored for 10", n)
	}
}
