package deploy_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/triggers"
	"github.com/stillwater-streams/stillwater/triggers/deploy"
)

// configurations are the shipped one and one in which every key is given.
func configurations(t *testing.T) map[string][]byte {
	t.Helper()
	every, err := os.ReadFile(filepath.Join("testdata", "triggers.json"))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"shipped": triggers.Config(), "every key": every}
}

func template(t *testing.T, config []byte) (text []byte, resources map[string]any) {
	t.Helper()
	text, err := deploy.Template(config, deploy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var parsed struct{ Resources map[string]any }
	if err := json.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	return text, parsed.Resources
}

// at is what stands at a path, "Resource.Properties.Timeout".
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// Every mapping is deployed as the consumer runs it, defaults included: what
// consumer/mapping makes of the file is compared with the template.
func TestTheTemplateSaysWhatTheMappingsSay(t *testing.T) {
	for name, config := range configurations(t) {
		t.Run(name, func(t *testing.T) {
			mappings, err := mapping.Parse("triggers.json", config)
			if err != nil {
				t.Fatal(err)
			}
			_, resources := template(t, config)
			for _, m := range mappings {
				function := at(resources, logical(m.Trigger)+"Function.Properties")
				stream := at(function, "Events.Stream.Properties")
				got := map[string]any{
					"name": at(function, "FunctionName"), "timeout": at(function, "Timeout"), "memory": at(function, "MemorySize"),
					"reserved": at(function, "ReservedConcurrentExecutions"), "enabled": at(stream, "Enabled"), "batch": at(stream, "BatchSize"),
					"position": at(stream, "StartingPosition"), "retries": at(stream, "MaximumRetryAttempts"),
					"window": orZero(at(stream, "MaximumBatchingWindowInSeconds")), "factor": max(1, orZero(at(stream, "ParallelizationFactor"))),
					"age": max(0, orZero(at(stream, "MaximumRecordAgeInSeconds"))), "tumbling": orZero(at(stream, "TumblingWindowInSeconds")),
					"bisect": at(stream, "BisectBatchOnFunctionError") == true, "reports": at(stream, "FunctionResponseTypes") != nil,
					"destination": at(stream, "DestinationConfig") != nil, "filtered": at(stream, "FilterCriteria") != nil, "count": at(stream, "MetricsConfig") != nil,
				}
				var reserved any
				if m.ReservedConcurrency != nil {
					reserved = float64(*m.ReservedConcurrency)
				}
				want := map[string]any{
					"name": m.FunctionName(), "timeout": m.Timeout.Seconds(), "memory": float64(m.MemorySize),
					"reserved": reserved, "enabled": m.Enabled, "batch": float64(m.BatchSize),
					"position": m.StartingPosition, "retries": float64(m.MaximumRetryAttempts),
					"window": m.MaximumBatchingWindow.Seconds(), "factor": float64(m.ParallelizationFactor),
					"age": m.MaximumRecordAge.Seconds(), "tumbling": m.TumblingWindow.Seconds(),
					"bisect": m.BisectBatchOnFunctionError, "reports": m.ReportBatchItemFailures,
					"destination": m.OnFailure != "", "filtered": m.Filters != nil, "count": m.EventCount,
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-mapping +template):\n%s", m.Trigger, diff)
				}
			}
		})
	}
}

func orZero(v any) float64 {
	n, _ := v.(float64)
	return n
}

func logical(trigger string) string { return strings.ToUpper(trigger[:1]) + trigger[1:] }

func TestEveryTriggerHasWhatSomebodyNeedsToLookAfterIt(t *testing.T) {
	_, resources := template(t, configurations(t)["every key"])
	var got []string
	for name, r := range resources {
		got = append(got, name+" "+at(r, "Type").(string))
	}
	slices.Sort(got)
	want := []string{
		"ArchiveErrorsAlarm AWS::CloudWatch::Alarm", "ArchiveFunction AWS::Serverless::Function", "ArchiveIteratorAgeAlarm AWS::CloudWatch::Alarm",
		"ArchiveLogGroup AWS::Logs::LogGroup", "ArchiveTable AWS::DynamoDB::Table", "ArchiveThrottlesAlarm AWS::CloudWatch::Alarm",
		"Dashboard AWS::CloudWatch::Dashboard",
		"IndicatorsErrorsAlarm AWS::CloudWatch::Alarm", "IndicatorsFunction AWS::Serverless::Function", "IndicatorsIteratorAgeAlarm AWS::CloudWatch::Alarm",
		"IndicatorsLogGroup AWS::Logs::LogGroup", "IndicatorsLoopAlarm AWS::CloudWatch::Alarm", "IndicatorsOwnWrites AWS::Logs::MetricFilter", "IndicatorsThrottlesAlarm AWS::CloudWatch::Alarm",
		"IntegratesStreamsDlq AWS::SQS::Queue", "IntegratesStreamsDlqAlarm AWS::CloudWatch::Alarm",
		"JobComputeEnvironment AWS::Batch::ComputeEnvironment", "JobDefinition AWS::Batch::JobDefinition", "JobExecutionRole AWS::IAM::Role",
		"JobLogGroup AWS::Logs::LogGroup", "JobQueue AWS::Batch::JobQueue", "JobRole AWS::IAM::Role", "JobsTable AWS::DynamoDB::Table",
		"WebhookErrorsAlarm AWS::CloudWatch::Alarm", "WebhookFunction AWS::Serverless::Function", "WebhookIteratorAgeAlarm AWS::CloudWatch::Alarm",
		"WebhookLogGroup AWS::Logs::LogGroup", "WebhookThrottlesAlarm AWS::CloudWatch::Alarm",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	for path, want := range map[string]any{
		"IndicatorsLogGroup.Properties.LogGroupName":    "/aws/lambda/integrates_streams_indicators",
		"IndicatorsLogGroup.Properties.RetentionInDays": 90.0,
		"IntegratesStreamsDlq.Properties.QueueName":     "integrates_streams_dlq",
		"IndicatorsFunction.Properties.Runtime":         "provided.al2023",
		"IndicatorsFunction.Properties.CodeUri":         "indicators-arm64.zip",
		"IndicatorsOwnWrites.Properties.FilterPattern":  `{ $.msg = "invoked by own writes only" }`,
	} {
		if got := at(resources, path); got != want {
			t.Errorf("%s = %v, want %v", path, got, want)
		}
	}
	if remedy := at(resources, "IndicatorsLoopAlarm.Properties.AlarmDescription").(string); !strings.Contains(remedy, "Remedy: set enabled to false") {
		t.Errorf("the alarm of a loop names no remedy: %s", remedy)
	}
	pattern := at(resources, "ArchiveFunction.Properties.Events.Stream.Properties.FilterCriteria.Filters").([]any)[0]
	if got := at(pattern, "Pattern"); got != `{"eventName": ["REMOVE"]}` {
		t.Errorf("pattern %v: Lambda takes it as a text", got)
	}
}

func TestTheDashboardShowsWhatTuningNeeds(t *testing.T) {
	_, resources := template(t, configurations(t)["every key"])
	body := at(resources, "Dashboard.Properties.DashboardBody.Fn::Sub").(string)
	var dashboard struct {
		Widgets []struct{ Properties struct{ Metrics [][]any } }
	}
	if err := json.Unmarshal([]byte(body), &dashboard); err != nil {
		t.Fatal(err)
	}
	shown := map[string]int{}
	for _, w := range dashboard.Widgets {
		for _, m := range w.Properties.Metrics {
			shown[m[1].(string)]++
		}
	}
	// Iterator age twice: the usual processing delay, and the worst.
	want := map[string]int{"ConcurrentExecutions": 3, "IteratorAge": 6, "Errors": 3, "Throttles": 3, "Duration": 3}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestTheSameConfigurationGivesTheSameBytes(t *testing.T) {
	for name, config := range configurations(t) {
		first, _ := template(t, config)
		again, _ := template(t, config)
		if string(first) != string(again) {
			t.Errorf("%s: two templates differ", name)
		}
	}
}

func TestWhatCannotBeDeployed(t *testing.T) {
	entry := func(name, more string) string {
		return `{"triggers":{"` + name + `":{"handler":"a.b","table":"integrates_vms"` + more + `}}}`
	}
	for want, config := range map[string]string{
		"trigger audit: what it may do is not known":     entry("audit", ""),
		"trigger archive: it returns the records that f": entry("archive", ""),
		`unknown field "batchsize"`:                      entry("indicators", `,"batchsize":1`),
		"no triggers":                                    `{"triggers":{}}`,
		"triggers.json: ":                                `[]`,
	} {
		if _, err := deploy.Template([]byte(config), deploy.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q", err, want)
		}
	}
	if _, err := deploy.Template(triggers.Config(), deploy.Options{Architecture: "mips"}); err == nil || !strings.Contains(err.Error(), "use one of amd64, arm64") {
		t.Errorf("error = %v", err)
	}
}

// cfn-lint knows the schemas of all resources and what SAM makes of a template. One
// that is named by STILLWATER_CFN_LINT has to be there.
func TestCfnLint(t *testing.T) {
	if testing.Short() {
		t.Skip("another program does it: nothing to find for the race detector")
	}
	const version = "1.51.0"
	named := os.Getenv("STILLWATER_CFN_LINT")
	command := "cfn-lint"
	if named != "" {
		command = named
	}
	said, err := exec.Command(command, "--version").CombinedOutput()
	if err != nil || strings.TrimSpace(string(said)) != "cfn-lint "+version {
		if named != "" {
			t.Fatalf("%s: %v, %s: want cfn-lint %s", named, err, said, version)
		}
		t.Skipf("cfn-lint %s is not there (%v, %s): pip install cfn-lint==%s", version, err, said, version)
	}
	arguments := []string{"--regions", "us-east-1", "--"}
	for _, config := range configurations(t) {
		text, _ := template(t, config)
		file := filepath.Join(t.TempDir(), "template.json")
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, file)
	}
	if said, err := exec.Command(command, arguments...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// The zip file holds what Lambda starts: one executable called bootstrap.
func TestTheArchiveHoldsTheBootstrap(t *testing.T) {
	if testing.Short() {
		t.Skip("the compiler does it: nothing to find for the race detector")
	}
	dir := t.TempDir()
	files, err := deploy.Archives(context.Background(), triggers.Config(), filepath.Join("..", ".."), dir, runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	mappings, err := mapping.Parse("triggers.json", triggers.Config())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range mappings {
		names = append(names, filepath.Join(dir, deploy.Archive(m.Trigger, runtime.GOARCH)))
	}
	slices.Sort(names)
	if diff := cmp.Diff(names, files); diff != "" {
		t.Fatal(diff)
	}
	for _, file := range files {
		archive, err := zip.OpenReader(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(archive.File) != 1 || archive.File[0].Name != "bootstrap" || archive.File[0].Mode() != 0o755 || archive.File[0].UncompressedSize64 < 1<<20 {
			t.Errorf("%s holds %+v", file, archive.File)
		}
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.bootstrap")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
