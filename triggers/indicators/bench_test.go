package indicators_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// BenchmarkCompute is the pure computation of one finding with 1,000
// vulnerabilities of every kind: at most 2 ms of CPU time.
func BenchmarkCompute(b *testing.B) {
	s := large(1000)
	b.ReportAllocs()
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

// large is a finding whose vulnerabilities differ in all that indicators read:
// three of five are open.
func large(n int) indicators.Snapshot {
	states := []model.StateStatus{model.StateVulnerable, model.StateVulnerable, model.StateVulnerable, model.StateSafe, model.StateSubmitted}
	treatments := []model.TreatmentStatus{model.TreatmentUntreated, model.TreatmentInProgress, model.TreatmentAccepted, model.TreatmentAcceptedUndefined}
	s := indicators.Snapshot{Finding: finding(model.FindingApproved, "5.3", "6.9")}
	for i := range n {
		v := open(status(states[i%len(states)]), place(fmt.Sprintf("src/module%03d/file%02d.go", i%97, i%13)),
			treated(treatments[i%len(treatments)]), epss(fmt.Sprintf("0.%05d", 1+i*7919%99998)),
			root(model.Criticalities()[i%4]))
		if i%3 > 0 {
			scored(fmt.Sprintf("%d.%d", i%10, i*7%10), fmt.Sprintf("%d.%d", i*3%10, i%10))(&v)
		}
		if i%11 == 0 {
			zeroRisk(model.ZeroRiskConfirmed)(&v)
		}
		v.CreatedDate = v.CreatedDate.Add(-time.Duration(i*7919%17520) * time.Hour)
		s.Vulnerabilities = append(s.Vulnerabilities, v)
	}
	return s
}
