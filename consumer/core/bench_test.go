package core_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// BenchmarkCycle is what a shard costs beside reading, the function and the
// store: a page is read, each of its batches invoked, and each checkpoint stored.
// Pages have 1,000 records of 500 bytes.
func BenchmarkCycle(b *testing.B) {
	for _, bench := range []struct{ batch, lanes int }{{1, 1}, {100, 1}, {1000, 1}, {10_000, 1}, {1, 10}, {100, 10}, {1000, 10}} {
		cfg := core.Config{BatchSize: bench.batch, ParallelizationFactor: bench.lanes}
		b.Run(fmt.Sprintf("batch=%d/lanes=%d", bench.batch, bench.lanes), func(b *testing.B) { cycle(b, cfg) })
	}
}

func cycle(b *testing.B, cfg core.Config) {
	const page, pages = 1000, 100
	stream := make([]core.Record, page*pages)
	body := text(500)
	for i := range stream {
		stream[i] = core.Record{Sequence: fmt.Sprintf("%021d", i+1), Key: fmt.Sprintf(`{"pk":{"S":"FINDING#%d"}}`, i%500), Arrived: start, Body: body}
	}
	shard, read, steps, records := core.New(cfg, core.Position{}), 0, 0, 0
	b.ReportAllocs()
	for b.Loop() {
		if read == pages {
			shard, read = core.New(cfg, core.Position{}), 0
		}
		shard.Read(start, stream[read*page:(read+1)*page], false)
		read++
		records += page
		steps += settle(shard, start)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
}

// settle does all that the shard wants but reading, at once as a daemon does,
// and counts the steps.
func settle(shard *core.Shard, now time.Time) (steps int) {
	for {
		done := 0
		for _, a := range shard.Next(now) {
			switch a := a.(type) {
			case core.Invoke:
				shard.Invoked(now, a.Lane, core.Outcome{})
				done++
			case core.Checkpoint:
				shard.Checkpointed()
				done++
			}
		}
		if done == 0 {
			return steps
		}
		steps += done
	}
}

// BenchmarkWaiting is what a shard costs that is asked again and again while it
// gathers a batch, its lanes half full.
func BenchmarkWaiting(b *testing.B) {
	for _, lanes := range []int{1, 10} {
		b.Run(fmt.Sprintf("lanes=%d", lanes), func(b *testing.B) {
			shard := core.New(core.Config{BatchSize: 1000, BatchingWindow: time.Minute, ParallelizationFactor: lanes}, core.Position{})
			var records []core.Record
			for i := range 500 {
				records = append(records, core.Record{Sequence: fmt.Sprintf("%021d", i+1), Key: fmt.Sprint(i), Arrived: start})
			}
			shard.Read(start, records, false)
			b.ReportAllocs()
			for b.Loop() {
				shard.Next(start)
			}
		})
	}
}
