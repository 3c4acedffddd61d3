package scenarios_test

import (
	"context"
	"testing"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// Every scenario has the same bytes on the memory engine as on DynamoDB Local.
func TestScenariosInMemory(t *testing.T) {
	h, all := startHarness(t, memory.New(memory.Options{}), harness.Options{})
	for _, sc := range all {
		t.Run(sc.Name, func(t *testing.T) {
			r, err := h.Run(context.Background(), sc)
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != harness.Passed {
				t.Errorf("%v: %v", r.Outcome, r.Err)
			}
		})
	}
}
