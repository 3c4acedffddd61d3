package scenarios_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// redelivered is a run of scenarios that hands batches out more often than they say.
type redelivered struct {
	name   string
	how    harness.Redelivery
	engine func() engine.Engine
}

// Every scenario has the same bytes where each batch is delivered twice, and where
// each fails once after its writes; so it has if besides reads are stale. By default
// each scenario is run in one of these ways.
func TestRedeliver(t *testing.T) {
	inMemory := func() engine.Engine { return memory.New(memory.Options{}) }
	outdated := func() engine.Engine { return stale{memory.New(memory.Options{})} }
	for i, r := range []redelivered{
		{"twice", harness.Twice, inMemory},
		{"failing after its writes", harness.FailAfterWrites, inMemory},
		{"twice, stale reads", harness.Twice, outdated},
		{"failing after its writes, stale reads", harness.FailAfterWrites, outdated},
	} {
		t.Run(r.name, func(t *testing.T) {
			redeliver(t, r.engine(), r.how, func(all []*scenario.Scenario) []*scenario.Scenario {
				if os.Getenv("STILLWATER_REDELIVER") == "all" {
					return all
				}
				return everyNth(all[i:], 4)
			})
		})
	}
}

// The same on DynamoDB Local, for make redeliver.
func TestRedeliverOnDynamoDBLocal(t *testing.T) {
	if os.Getenv("STILLWATER_REDELIVER") != "all" {
		t.Skip("takes a while: make redeliver runs it")
	}
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
	for _, how := range []harness.Redelivery{harness.Twice, harness.FailAfterWrites} {
		t.Run(how.String(), func(t *testing.T) {
			redeliver(t, e, how, func(all []*scenario.Scenario) []*scenario.Scenario { return all })
		})
	}
}

// redeliver runs scenarios with redelivery, and those that reach out of the tables
// without it too.
func redeliver(t *testing.T, e engine.Engine, how harness.Redelivery, choose func([]*scenario.Scenario) []*scenario.Scenario) {
	var mu sync.Mutex
	requests := map[string][]harness.Request{}
	t.Run("again", func(t *testing.T) {
		h, all := startHarness(t, e, harness.Options{Redeliver: how})
		for _, sc := range choose(all) {
			t.Run(sc.Name, func(t *testing.T) {
				t.Parallel()
				r := comesOutAlike(t, h, sc)
				mu.Lock()
				defer mu.Unlock()
				requests[sc.Name] = r.Requests
			})
		}
	})
	t.Run("once", func(t *testing.T) {
		h, all := startHarness(t, e, harness.Options{})
		sameEffects(t, h, all, requests)
	})
}
