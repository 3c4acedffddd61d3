package scenarios_test

import (
	"flag"
	"os"
	"runtime/debug"
	"testing"
)

// The live heap is a few megabytes: by default the collector would run every few
// milliseconds and take a third of the time. Benchmarks measure what users get.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}
