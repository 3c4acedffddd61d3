package daemon_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/daemon"
)

// A job goes on when its invocation has ended, and what it writes is delivered; a stop
// waits for it.
func testJob(t *testing.T, w *world) {
	w.create("things")
	release := make(chan struct{})
	works := func(ctx context.Context, e harness.Environment) error {
		<-release
		if err := put(ctx, dynamodb.NewFromConfig(e.AWS), "things", "made", 1); err != nil {
			return err
		}
		return errors.New("out of paper")
	}
	trigger := onto("submits", "things", quiet)
	trigger.New = func(e harness.Environment) (any, error) {
		return func(ctx context.Context, event events.DynamoDBEvent) error {
			if event.Records[0].Change.Keys["id"].String() != "big" {
				return nil
			}
			_, err := e.Submit(ctx, harness.Job{Name: "work on big", Run: works})
			return err
		}, nil
	}
	d := w.start(daemon.Options{}, trigger)
	w.put("things", "big")
	d.wait(t, 1, "the invocation", ran("submits", "INSERT big", daemon.OutcomeOK))
	stopped := make(chan error, 1)
	go func() { stopped <- d.stop() }()
	d.wait(t, 1, "the stop", of(daemon.EventStopping, ""))
	close(release)
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	ended := d.all(of(daemon.EventJob, "submits"))
	if len(ended) != 1 || !strings.HasPrefix(ended[0].Text, "job j1: work on big: failed, and is not tried again: out of paper") {
		t.Errorf("jobs: %+v", ended)
	}
	d = w.start(daemon.Options{}, onto("submits", "things", quiet))
	d.wait(t, 1, "what the job wrote", ran("submits", "INSERT made", daemon.OutcomeOK))
}
