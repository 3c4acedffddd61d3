package daemon_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/daemon"
)

func TestEndpointsAreOfThisComputerOrAtLeastNotOfAWS(t *testing.T) {
	const aws = ": a host of AWS: this is the daemon for local development"
	for _, tt := range []struct{ endpoint, want string }{
		{"http://127.0.0.1:8000", ""},
		{"http://localhost:8000/", ""},
		{"https://dynamodb.test:8443", ""},
		{"http://host.docker.internal:8000", ""},
		{"http://amazonaws.com.evil.test", ""},
		{"", "--endpoint: missing: give the endpoint of a DynamoDB Local, such as http://127.0.0.1:8000"},
		{"127.0.0.1:8000", "not a URL such as http://127.0.0.1:8000"},
		{"localhost:8000", "not a URL"},
		{"ftp://localhost:8000", "not a URL"},
		{"http://", "not a URL"},
		{"https://dynamodb.us-east-1.amazonaws.com", aws},
		{"https://DynamoDB.us-east-1.AmazonAWS.com.:443", aws},
		{"https://vpce-1.dynamodb.us-east-1.vpce.amazonaws.com", aws},
		{"https://dynamodb.cn-north-1.amazonaws.com.cn", aws},
		{"https://123456789012.ddb.us-east-1.api.aws", aws},
		{"https://dynamodb.eusc-de-east-1.amazonaws.eu", aws},
		{"http://key:secret@127.0.0.1:8000", "only scheme, host and port: keys have flags of their own"},
		{"http://127.0.0.1:8000/shell", "only scheme, host and port"},
		{"http://127.0.0.1:8000?a=b", "only scheme, host and port"},
	} {
		err := daemon.CheckEndpoint("--endpoint", tt.endpoint)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.endpoint, err, tt.want)
		}
	}
}

// options are right, for a project of three triggers of which one is disabled.
func options() daemon.Options {
	off := onto("archive", "others", quiet)
	off.Mapping.Enabled = false
	return daemon.Options{
		Endpoint: "http://127.0.0.1:8000",
		Project:  harness.Project{Triggers: []harness.Trigger{onto("indicators", "things", quiet), onto("webhook", "others", quiet), off}},
	}
}

func TestWhatRuns(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*daemon.Options)
		want   []string // triggers, with where they begin
	}{
		{"all that are enabled", func(*daemon.Options) {}, []string{"indicators TRIM_HORIZON", "webhook TRIM_HORIZON"}},
		{"those of a table", func(o *daemon.Options) { o.Tables = []string{"others"} }, []string{"webhook TRIM_HORIZON"}},
		{"one", func(o *daemon.Options) { o.Triggers = []string{"indicators"} }, []string{"indicators TRIM_HORIZON"}},
		{"from the end", func(o *daemon.Options) { o.From = []string{"LATEST"} }, []string{"indicators LATEST", "webhook LATEST"}},
		{"all but one from the end", func(o *daemon.Options) { o.From = []string{"LATEST", "webhook=TRIM_HORIZON"} }, []string{"indicators LATEST", "webhook TRIM_HORIZON"}},
	} {
		o := options()
		tt.change(&o)
		triggers, err := o.Choose()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		var got []string
		for _, trigger := range triggers {
			got = append(got, trigger.Mapping.Trigger+" "+trigger.Mapping.StartingPosition)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*daemon.Options)
		want   []string
	}{
		{"a trigger misspelt", func(o *daemon.Options) { o.Triggers = []string{"indicatos"} }, []string{"--trigger indicatos: there is none: did you mean indicators?"}},
		{"in capitals", func(o *daemon.Options) { o.Triggers = []string{"WebHook"} }, []string{"did you mean webhook?"}},
		{"one that is like none", func(o *daemon.Options) { o.Triggers = []string{"x"} }, []string{"--trigger x: there is none; there are: archive, indicators, webhook"}},
		{"one that is disabled", func(o *daemon.Options) { o.Triggers = []string{"archive"} }, []string{"--trigger archive: it is not enabled: set enabled to true"}},
		{"a table misspelt", func(o *daemon.Options) { o.Tables = []string{"thing"} }, []string{"--table thing: there is none: did you mean things?"}},
		{"nothing left", func(o *daemon.Options) { o.Tables, o.Triggers = []string{"others"}, []string{"indicators"} }, []string{"no trigger to run"}},
		{"another position", func(o *daemon.Options) { o.From = []string{"NOW"} }, []string{"--from NOW: must be TRIM_HORIZON or LATEST, or TRIGGER=LATEST"}},
		{"a position of nothing", func(o *daemon.Options) { o.From = []string{"webhok=LATEST"} }, []string{"--from webhok: there is none: did you mean webhook?"}},
		{"a trigger without a handler", func(o *daemon.Options) { o.Project.Triggers[0].New = nil }, []string{"trigger indicators: New is missing"}},
		{"several at once", func(o *daemon.Options) {
			o.Endpoint, o.AccessKey, o.Depth, o.SQSEndpoint, o.Poll = "", "a-b", -1, "https://sqs.us-east-1.amazonaws.com", -1
		}, []string{"--endpoint: missing", `--access-key "a-b": DynamoDB Local takes letters and digits only`, "--depth -1: must be at least 1",
			"--sqs-endpoint https://sqs.us-east-1.amazonaws.com: a host of AWS", "--poll -1ns: must not be negative"}},
	} {
		o := options()
		tt.change(&o)
		_, err := o.Choose()
		if !errors.Is(err, daemon.ErrUsage) {
			t.Errorf("%s: %v is not wrong usage", tt.name, err)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v\nwant %s", tt.name, err, want)
			}
		}
	}
}

// The project's own triggers stay as they are.
func TestWhatIsChosenIsACopy(t *testing.T) {
	o := options()
	o.From = []string{"LATEST"}
	if _, err := o.Choose(); err != nil {
		t.Fatal(err)
	}
	if from := o.Project.Triggers[0].Mapping.StartingPosition; from != "" {
		t.Errorf("the mapping of the project begins at %s", from)
	}
}
