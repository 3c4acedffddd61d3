package generator_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/scenarios/generator"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
)

// BenchmarkComputeRealistic is the pure computation over one finding of 1,000
// vulnerabilities as customers have them: at most 2 ms of CPU time.
func BenchmarkComputeRealistic(b *testing.B) {
	items := generate(b, generator.Options{Seed: 1, Findings: 1, PerFinding: 1000})
	s := indicators.Snapshot{Vulnerabilities: vulnerabilities(b, items)}
	began := cpuTime(b)
	for b.Loop() {
		indicators.Compute(s)
	}
	b.ReportMetric(float64((cpuTime(b)-began).Microseconds())/1000/float64(b.N), "cpu-ms/1000-vulnerabilities")
}

// cpuTime is what this process has computed so far: what a benchmark beside others is
// to be judged by.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
