// Package bind runs a project's scenarios by go test alone, one subtest for each
// YAML file:
//
//	func TestScenarios(t *testing.T) {
//		bind.Run(t, bind.Options{Project: project, Engine: engine})
//	}
//
// Its guarantee: a subtest passes exactly when its run settled and its snapshot
// agrees; obsolete snapshots fail the test, but only when every scenario ran and
// passed, for only then is it known which are in use.
//
// Subtests run in parallel, as many as go test's -parallel says; -run chooses among
// them by the names of the scenarios:
//
//	go test -run 'TestScenarios/orders/paying' .
//
// Start at [Run]. For Ginkgo there is package suite.
package bind
