package scenario_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/scenarios"
)

// BenchmarkLoadAll loads 1,000 scenario files: those of the project, copied under
// other names and titles. More than a second is a failure.
func BenchmarkLoadAll(b *testing.B) {
	const files, limit = 1000, time.Second
	project, err := scenarios.Project("../..")
	if err != nil {
		b.Fatal(err)
	}
	root := copies(b, files)
	v := project.Vocabulary()
	b.ResetTimer()
	for range b.N {
		all, err := scenario.LoadAll(root, v)
		if err != nil || len(all) != files {
			b.Fatalf("%d scenarios: %v", len(all), err)
		}
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(each.Microseconds())/files, "µs/file")
	if each > limit {
		b.Errorf("%d files took %v, more than %v", files, each, limit)
	}
}

// BenchmarkFormat formats the largest fixture.
func BenchmarkFormat(b *testing.B) {
	src, err := os.ReadFile("../../fixtures/one_group.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	for range b.N {
		if _, err := scenario.Format("a.yaml", src); err != nil {
			b.Fatal(err)
		}
	}
}

// copies makes a root of so many scenarios out of those of the project.
func copies(b *testing.B, files int) string {
	b.Helper()
	root := b.TempDir()
	if err := os.CopyFS(filepath.Join(root, "fixtures"), os.DirFS("../../fixtures")); err != nil {
		b.Fatal(err)
	}
	sources, err := filepath.Glob("../../scenarios/*/*.yaml")
	if err != nil || len(sources) == 0 {
		b.Fatalf("no scenarios: %v", err)
	}
	for i := range files {
		src, err := os.ReadFile(sources[i%len(sources)])
		if err != nil {
			b.Fatal(err)
		}
		// The title goes: two scenarios may not share one, and it is optional.
		var lines []string
		for line := range strings.Lines(string(src)) {
			if !strings.HasPrefix(line, "title:") {
				lines = append(lines, line)
			}
		}
		file := filepath.Join(root, "scenarios", fmt.Sprintf("folder_%d/copy_%d.yaml", i%20, i))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return root
}
