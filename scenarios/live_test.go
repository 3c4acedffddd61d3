package scenarios_test

import (
	"context"
	"os"
	"testing"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// One consumer, two hands: the consumer itself, with its goroutines, its leases
// in DynamoDB and the real clock, comes to the same snapshots as the driver. By
// default every fifth scenario; make shell runs all.
func TestLive(t *testing.T) {
	ctx := context.Background()
	e, err := container(ctx, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	if e == nil {
		t.Skip("container tests: no Docker")
	}
	t.Cleanup(func() {
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	h, all := startHarness(t, e, harness.Options{Live: true})
	if os.Getenv("STILLWATER_SHELL") != "all" {
		all = everyNth(all, 5)
	}
	for _, sc := range all {
		t.Run(sc.Name, func(t *testing.T) { comesOutAlike(t, h, sc) })
	}
}

func comesOutAlike(t *testing.T, h *harness.Harness, sc *scenario.Scenario) *harness.Result {
	r, err := h.Run(context.Background(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome == harness.Skipped {
		t.Skip(r.Why)
	}
	if r.Outcome != harness.Passed {
		t.Errorf("%v: %v\n%s", r.Outcome, r.Err, r.Rendering.Text)
	}
	return r
}
