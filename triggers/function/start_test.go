package function_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/function"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

func TestWhatKeepsAFunctionFromStarting(t *testing.T) {
	for _, test := range []struct {
		name, want  string
		build       function.Build
		environment map[string]string
	}{
		{"indicators", "TABLE is not set", function.Indicators, nil},
		{"webhook", "TABLE is not set", function.Webhook, nil},
		{"archive", "ARCHIVE_TABLE is not set", function.Archive, nil},
		{"a panic", "panic: broken", func(function.Environment) (any, error) { panic("broken") }, nil},
		{"a log level", "LOG_LEVEL", function.Indicators, map[string]string{"LOG_LEVEL": "loud"}},
		{"an api key", "start an api key: observability: the API key of Bugsnag", function.Indicators, map[string]string{"BUGSNAG_API_KEY": "short"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, telemetry, err := function.Start(context.Background(), test.name, test.build, func(name string) string { return test.environment[name] }, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
			telemetry.StartFailed(context.Background(), err)
		})
	}
}

// The alarm of the template counts this line: it must be there for a batch of echo,
// and for no other.
func TestAnInvocationByOwnWritesOnlyIsLogged(t *testing.T) {
	finding, err := model.Finding{ID: "f1", GroupName: "harbor", Title: "XSS"}.Item()
	if err != nil {
		t.Fatal(err)
	}
	with := func(name string) model.Item {
		item := model.Item{name: &types.AttributeValueMemberM{Value: model.Item{"where": &types.AttributeValueMemberS{Value: "x"}}}}
		for k, v := range finding {
			item[k] = v
		}
		return item
	}
	echo := testevent.Modify(finding, with("unreliable_indicators"))
	for _, test := range []struct {
		name    string
		changes []testevent.Change
		want    bool
	}{
		{"echo", []testevent.Change{echo}, true},
		{"nothing but echo", []testevent.Change{echo, echo}, true},
		{"echo and something else", []testevent.Change{echo, testevent.Insert(finding)}, false},
		{"a finding that was edited", []testevent.Change{testevent.Modify(finding, with("verification"))}, false},
		{"a finding that was removed", []testevent.Change{testevent.Remove(finding)}, false},
		{"nothing", nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			var log bytes.Buffer
			handler, _, err := function.Start(context.Background(), "indicators", function.Indicators, w.getenv(t), &log)
			if err != nil {
				t.Fatal(err)
			}
			payload, err := testevent.Stream{}.JSON(test.changes...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := handler.Invoke(context.Background(), payload); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(log.String(), `"msg":"`+function.OwnWritesMessage+`"`); got != test.want {
				t.Errorf("logged %t, want %t: %s", got, test.want, log.String())
			}
		})
	}
}
