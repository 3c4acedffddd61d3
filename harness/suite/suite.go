package suite

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/runs"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// Options of a suite.
type Options struct {
	// Project reads the project.
	Project func() (harness.Project, error)
	// Engine starts the engine, once per test process. A nil engine skips the
	// suite, with progress having said why.
	Engine func(ctx context.Context, progress func(string)) (engine.Engine, error)
}

// Scenarios declares the specs, and a BeforeSuite that starts the engine. It
// returns true so that it can be called in a variable declaration, as Ginkgo's
// own functions are.
func Scenarios(o Options) bool {
	project, err := o.Project()
	var all []*scenario.Scenario
	if err == nil {
		all, err = project.Load()
	}
	if err != nil {
		return ginkgo.It("reads its scenario files", func() { ginkgo.Fail(err.Error()) })
	}
	s := &running{}
	ginkgo.BeforeSuite(func(ctx ginkgo.SpecContext) { s.start(context.WithoutCancel(ctx), o, project) })
	for _, sc := range all {
		ginkgo.It(sc.Name, func(ctx ginkgo.SpecContext) { s.spec(ctx, sc) })
	}
	return ginkgo.ReportAfterSuite("obsolete snapshots", func(r ginkgo.Report) { s.obsolete(r, all) })
}

// running is the harness of this test process.
type running struct {
	harness *harness.Harness
	runs    string // the folder of runs
}

func (s *running) start(ctx context.Context, o Options, project harness.Project) {
	why := "no engine can be had here"
	e, err := o.Engine(ctx, func(line string) {
		why = line
		ginkgo.GinkgoWriter.Println(line)
	})
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	if e == nil {
		ginkgo.Skip(why)
	}
	ginkgo.DeferCleanup(func() error { return e.Close(ctx) })
	update, err := snapshot.UpdateFromEnv(os.Getenv)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	s.harness, err = harness.Start(ctx, project, e, harness.Options{Update: update, ReadOnly: snapshot.InCI(os.Getenv)})
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	ginkgo.DeferCleanup(s.harness.Close)
	s.runs = filepath.Join(project.Root, ".runs")
	ginkgo.DeferCleanup(ginkgo.AttachProgressReporter(s.open))
}

// open is what a progress report (SIGUSR1, --poll-progress-after) says of the runs
// under way.
func (s *running) open() string {
	return strings.Join(append([]string{"under way:"}, s.harness.Open()...), "\n")
}

func (s *running) spec(ctx context.Context, sc *scenario.Scenario) {
	r, err := s.harness.Run(ctx, sc)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	gomega.Expect(runs.Write(s.runs, r)).To(gomega.Succeed())
	switch r.Outcome {
	case harness.Passed:
		return
	case harness.Skipped:
		ginkgo.Skip(r.Why)
	}
	var text strings.Builder
	gomega.Expect(report.Failure(&text, r, false)).To(gomega.Succeed())
	ginkgo.AddReportEntry(sc.Name, ginkgo.ReportEntryVisibilityFailureOrVerbose, entry(text.String()))
	ginkgo.Fail(fmt.Sprintf("%s: %s; rerun: %s", sc.Name, r.Outcome, report.Rerun(r)))
}

// entry is a report as Ginkgo prints it: below its name, which begins a line.
type entry string

// String is the report.
func (e entry) String() string { return "\n" + string(e) }

// obsolete fails the suite for snapshots that no scenario has. It runs once for
// all parallel processes, and says something only after a whole, good run.
func (s *running) obsolete(r ginkgo.Report, all []*scenario.Scenario) {
	if s.harness == nil || !r.SuiteSucceeded || r.SuiteHasProgrammaticFocus || filtered(r) {
		return
	}
	names, err := s.harness.Obsolete(all)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	gomega.Expect(names).To(gomega.BeEmpty(), "snapshots without a scenario: delete the files, or bring the scenarios back")
}

func filtered(r ginkgo.Report) bool {
	c := r.SuiteConfig
	return len(c.FocusStrings)+len(c.SkipStrings)+len(c.FocusFiles)+len(c.SkipFiles) > 0 || c.LabelFilter != ""
}
