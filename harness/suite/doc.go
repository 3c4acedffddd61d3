// Package suite binds a project's scenarios to Ginkgo: one spec for each YAML
// file, in a suite of five lines:
//
//	var _ = suite.Scenarios(suite.Options{Project: project, Engine: start})
//
//	func TestScenarios(t *testing.T) {
//		gomega.RegisterFailHandler(ginkgo.Fail)
//		ginkgo.RunSpecs(t, "scenarios")
//	}
//
// Its guarantee: a spec passes exactly when its run settled and its snapshot
// agrees; obsolete snapshots fail the suite, but only after a full, unfiltered
// run, for only then is it known which are in use.
//
// A spec that fails carries the report of the command as a report entry, so that it
// stands in Ginkgo's own reports, too. A progress report (SIGUSR1, or
// --poll-progress-after) tells what the runs under way wait for.
//
// Start at [Scenarios]. It is the only package but tests that imports Ginkgo.
package suite
