package deploy_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers"
	"github.com/stillwater-streams/stillwater/triggers/deploy"
	"github.com/stillwater-streams/stillwater/triggers/function"
)

// The function of the indicators is told of the job that takes its long work, and may
// submit that one only; the other functions may not.
func TestOnlyIndicatorsSubmitTheJob(t *testing.T) {
	_, resources := template(t, triggers.Config())
	variables := at(resources, "IndicatorsFunction.Properties.Environment.Variables")
	if got := at(variables, function.JobDefinitionVariable); got != deploy.JobDefinition {
		t.Errorf("%s = %v", function.JobDefinitionVariable, got)
	}
	if got := at(variables, function.JobQueueVariable+".Ref"); got != "JobQueue" {
		t.Errorf("%s = %v", function.JobQueueVariable, got)
	}
	for name := range resources {
		policies, err := json.Marshal(at(resources, name+".Properties.Policies"))
		if err != nil {
			t.Fatal(err)
		}
		if may := strings.Contains(string(policies), "batch:SubmitJob"); may != (name == "IndicatorsFunction") {
			t.Errorf("%s may submit the job: %t", name, may)
		}
	}
}
