package suite

import (
	"context"
	"os"
	"strings"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/report"
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
type running struct{ harness *harness.Harness }

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
}

func (s *running) spec(ctx context.Context, sc *scenario.Scenario) {
	r, err := s.harness.Run(ctx, sc)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	if r.Outcome == harness.Passed {
		return
	}
	var text strings.Builder
	gomega.Expect(report.Failure(&text, r, false)).To(gomega.Succeed())
	ginkgo.Fail(text.String())
}

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
