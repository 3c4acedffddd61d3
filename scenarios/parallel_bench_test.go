package scenarios_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// BenchmarkSixty runs sixty scenarios, copies of those there are under new names,
// on each engine: one after another, then side by side.
func BenchmarkSixty(b *testing.B) {
	b.Run("container", func(b *testing.B) {
		e, err := container(context.Background(), func(line string) { b.Log(line) })
		if err != nil {
			b.Fatal(err)
		}
		if e == nil {
			b.Skip("container benchmarks: no Docker")
		}
		benchmarkSixty(b, e)
	})
	b.Run("memory", func(b *testing.B) { benchmarkSixty(b, memory.New(memory.Options{})) })
}

func benchmarkSixty(b *testing.B, e engine.Engine) {
	b.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	p, err := project()
	if err != nil {
		b.Fatal(err)
	}
	all, err := p.Load()
	if err != nil {
		b.Fatal(err)
	}
	sixty := copies(all, 60)
	p.Root = b.TempDir() // for snapshots: those of the copies are accepted as they come
	h, err := harness.Start(context.Background(), p, e, harness.Options{Update: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := h.Close(); err != nil {
			b.Error(err)
		}
	})
	runAll(b, h, sixty, runtime.GOMAXPROCS(0)) // writes the snapshots, warms the engine
	var alone, together []time.Duration
	for b.Loop() {
		alone = append(alone, runAll(b, h, sixty, 1))
		together = append(together, runAll(b, h, sixty, runtime.GOMAXPROCS(0)))
	}
	one, many := median(alone), median(together)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(one.Seconds(), "one-after-another-s")
	b.ReportMetric(many.Seconds(), "side-by-side-s")
	b.ReportMetric(float64(one)/float64(many), "speedup")
}

// copies returns n scenarios under new names, of those that every engine can run.
func copies(all []*scenario.Scenario, n int) []*scenario.Scenario {
	all = slices.DeleteFunc(slices.Clone(all), func(s *scenario.Scenario) bool { return len(s.Needs) > 0 })
	out := make([]*scenario.Scenario, n)
	for i := range out {
		sc := *all[i%len(all)]
		sc.Name = fmt.Sprintf("copy_%d/%s", i/len(all), sc.Name)
		out[i] = &sc
	}
	return out
}

// runAll runs scenarios, so many at a time, and returns how long that took.
func runAll(b *testing.B, h *harness.Harness, all []*scenario.Scenario, parallel int) time.Duration {
	b.Helper()
	began := time.Now()
	work := make(chan *scenario.Scenario)
	var wg sync.WaitGroup
	for range parallel {
		wg.Go(func() {
			for sc := range work {
				if r, err := h.Run(context.Background(), sc); err != nil {
					b.Errorf("%s: %v", sc.Name, err)
				} else if r.Outcome != harness.Passed && r.Outcome != harness.Differs {
					b.Errorf("%s: %v: %v", sc.Name, r.Outcome, r.Err)
				}
			}
		})
	}
	for _, sc := range all {
		work <- sc
	}
	close(work)
	wg.Wait()
	return time.Since(began)
}
