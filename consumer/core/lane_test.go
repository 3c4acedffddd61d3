package core_test

import (
	"fmt"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// TestLaneOfItemStays: which lane an item goes to is part of every stored
// position. A change here repeats and reorders the records of whoever updates.
func TestLaneOfItemStays(t *testing.T) {
	want := map[string][3]int{
		"":                      {0, 2, 8},
		"a":                     {1, 2, 9},
		"Größe":                 {1, 0, 1},
		`{"pk":{"S":"VULN#1"}}`: {0, 0, 8},
		`{"pk":{"S":"VULN#1"},"sk":{"S":"VULN#1"}}`: {1, 1, 3},
		`{"pk":{"S":"VULN#2"},"sk":{"S":"VULN#2"}}`: {1, 1, 1},
	}
	for key, lanes := range want {
		r := core.Record{Sequence: "101", Key: key}
		if got := [3]int{laneOfItem(r, 2), laneOfItem(r, 3), laneOfItem(r, 10)}; got != lanes {
			t.Errorf("%q: lanes %v of 2, 3 and 10, want %v", key, got, lanes)
		}
	}
}

// TestItemsSpreadOverLanes: no lane gets much more than its share, though the
// keys of a table look alike and often say their id twice.
func TestItemsSpreadOverLanes(t *testing.T) {
	shapes := []string{`{"id":{"N":"%[1]d"}}`, `{"pk":{"S":"V#%04[1]d"},"sk":{"S":"V#%04[1]d"}}`, `{"pk":{"S":"T#1"},"sk":{"N":"%[1]d0"}}`}
	for _, shape := range shapes {
		for lanes := 2; lanes <= core.MaxParallelizationFactor; lanes++ {
			const items = 1000
			counts := make([]int, lanes)
			for i := range items {
				counts[laneOfItem(core.Record{Sequence: "101", Key: fmt.Sprintf(shape, i)}, lanes)]++
			}
			for lane, n := range counts {
				if share := items / lanes; n < share*2/3 || n > share*4/3 {
					t.Errorf("%s: lane %d of %d has %d of %d items", shape, lane, lanes, n, items)
				}
			}
		}
	}
}
