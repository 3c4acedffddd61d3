package scenarios_test

import (
	"os"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// Every scenario has the same bytes on the memory engine as on DynamoDB Local, with
// the driver as the hand and with the consumer itself.
func TestScenariosInMemory(t *testing.T) {
	if os.Getenv(choose.Variable) != choose.Container && !testing.Short() {
		if skip, err := dynamodblocal.SkipTests(t.Context(), os.Getenv); err == nil && skip != "" {
			t.Skip("TestScenarios runs them in memory, for want of a container")
		}
	}
	h, all := startHarness(t, memory.New(memory.Options{}), harness.Options{})
	for _, sc := range all {
		t.Run(sc.Name, func(t *testing.T) {
			t.Parallel()
			comesOutAlike(t, h, sc)
		})
	}
}

// The consumer runs on the real clock, so the engine's records must too: else they
// would be too old for it.
func TestLiveInMemory(t *testing.T) {
	h, all := startHarness(t, memory.New(memory.Options{Now: time.Now}), harness.Options{Live: true})
	for _, sc := range everyNth(all, 5) {
		t.Run(sc.Name, func(t *testing.T) { comesOutAlike(t, h, sc) })
	}
}
