package scenarios_test

import (
	"context"
	"os"
	"testing"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/suite"
	"github.com/stillwater-streams/stillwater/scenarios"
)

var _ = suite.Scenarios(suite.Options{Project: project, Engine: choose.ForTests})

func TestScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("the scenarios of TestScenariosInMemory, on a container")
	}
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.RunSpecs(t, "scenarios")
}

func project() (harness.Project, error) { return scenarios.Project("..") }

// container starts DynamoDB Local, or returns nil where Docker does not answer
// and nobody insists.
func container(ctx context.Context, progress func(string)) (engine.Engine, error) {
	skip, err := dynamodblocal.SkipTests(ctx, os.Getenv)
	if err != nil {
		return nil, err
	}
	if skip != "" {
		progress(skip)
		return nil, nil
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: progress})
	if err != nil {
		return nil, err
	}
	return e, nil
}
