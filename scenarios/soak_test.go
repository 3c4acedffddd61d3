package scenarios_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// soakParallel scenarios run at the same time in one container.
const soakParallel = 4

// Scenarios again and again, shuffled and in parallel: the same snapshot and,
// without real times, the same trace each time. By default every fifth of them
// twice; make soak N=50 runs all, more often.
func TestSoak(t *testing.T) {
	rounds, every := soakRounds(t)
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
	h, all := startHarness(t, e, harness.Options{})
	all = everyNth(all, every)
	first := newSoak()
	began := time.Now()
	for round := range rounds {
		now := newSoak()
		now.run(t, h, shuffled(all, uint64(round)))
		if t.Failed() {
			return
		}
		if round == 0 {
			first = now
		}
		first.compare(t, round, now)
		if round == 0 || (round+1)%10 == 0 || round == rounds-1 {
			threads, memory, err := e.(*dynamodblocal.Engine).Stats(ctx)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("round %d of %d: %d runs in %v; container: %d threads, %d MiB",
				round+1, rounds, (round+1)*len(all), time.Since(began).Round(time.Millisecond), threads, memory>>20)
		}
	}
}

// soakRounds is how often to run, and that to run every n-th scenario.
func soakRounds(t *testing.T) (rounds, every int) {
	text := os.Getenv("STILLWATER_SOAK")
	if text == "" {
		return 2, 5
	}
	rounds, err := strconv.Atoi(text)
	if err != nil || rounds < 1 {
		t.Fatalf("STILLWATER_SOAK=%q: must be a number of rounds", text)
	}
	return rounds, 1
}

func everyNth(all []*scenario.Scenario, n int) []*scenario.Scenario {
	var list []*scenario.Scenario
	for i := 0; i < len(all); i += n {
		list = append(list, all[i])
	}
	return list
}

func shuffled(all []*scenario.Scenario, seed uint64) []*scenario.Scenario {
	list := append([]*scenario.Scenario(nil), all...)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// soak holds what a round gave, by scenario.
type soak struct {
	mu     sync.Mutex
	texts  map[string]string
	traces map[string]string
}

func newSoak() *soak { return &soak{texts: map[string]string{}, traces: map[string]string{}} }

func (s *soak) run(t *testing.T, h *harness.Harness, list []*scenario.Scenario) {
	slots := make(chan struct{}, soakParallel)
	var wg sync.WaitGroup
	for _, sc := range list {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r, err := h.Run(context.Background(), sc)
			if err != nil {
				t.Error(err)
				return
			}
			if r.Outcome != harness.Passed && r.Outcome != harness.Skipped {
				t.Errorf("%s: %v: %v", sc.Name, r.Outcome, r.Err)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			s.texts[sc.Name], s.traces[sc.Name] = r.Rendering.Text, r.Log.Canonical()
		})
	}
	wg.Wait()
}

func (s *soak) compare(t *testing.T, round int, other *soak) {
	for name := range s.texts {
		if s.texts[name] != other.texts[name] {
			t.Errorf("%s: round %d gave another result than round 1", name, round+1)
		}
		if s.traces[name] != other.traces[name] {
			t.Errorf("%s: round %d gave another trace than round 1:\n%s", name, round+1, firstDifference(s.traces[name], other.traces[name]))
		}
	}
}

func firstDifference(a, b string) string {
	start := 0
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i] != b[i] {
			break
		}
		if a[i] == '\n' {
			start = i + 1
		}
	}
	return fmt.Sprintf("- %.400s\n+ %.400s", a[start:], b[start:])
}
