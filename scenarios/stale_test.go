package scenarios_test

import (
	"context"
	"math"
	"testing"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// Every scenario has the same bytes where all reads of the index and all
// eventually consistent ones miss the last request that changed the table.
func TestScenariosWithStaleReads(t *testing.T) {
	if testing.Short() {
		t.Skip("the scenarios of TestScenariosInMemory, with older answers")
	}
	h, all := startHarness(t, stale{memory.New(memory.Options{})}, harness.Options{})
	for _, sc := range all {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			comesOutAlike(t, h, sc)
		})
	}
}

// stale is the memory engine with stale reads on, from the first call of every
// run.
type stale struct{ *memory.Engine }

func (e stale) Open(ctx context.Context) (*engine.Database, error) {
	db, err := e.Engine.Open(ctx)
	if err == nil {
		db.Controls().(*memory.Database).StaleReads(math.MaxInt)
	}
	return db, err
}
