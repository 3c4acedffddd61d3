package triggertest

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// maxRounds bounds [Database.Settle]: a trigger's writes may come back once, and be
// made again after a failure, but not for ever.
const maxRounds = 10

// Outcome is what an invocation did.
type Outcome struct {
	// Err is the error of the invocation.
	Err error
	// Failed are the changes that were returned as batch item failures, by their
	// numbers in the event, from "1".
	Failed []string
	// Changes are the differences of all tables, by table and key.
	Changes []Write
}

// Lines are the differences of all tables as texts: see [Write.Lines].
func (o Outcome) Lines() []string {
	var lines []string
	for _, w := range o.Changes {
		lines = append(lines, w.Lines()...)
	}
	return lines
}

// Invoke hands changes to a handler, as the JSON of one event, and returns what it
// did. handler is of any signature that lambda.Start takes. The same changes again
// are the same records, delivered again.
func (d *Database) Invoke(handler any, changes ...testevent.Change) Outcome {
	d.t.Helper()
	payload, err := testevent.Stream{}.JSON(changes...)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	before := d.store.Clone()
	response, err := lambda.NewHandler(handler).Invoke(context.Background(), payload)
	return Outcome{Err: err, Failed: d.failed(response), Changes: differences(d.t, before, d.store)}
}

func (d *Database) failed(response []byte) (failed []string) {
	d.t.Helper()
	var r events.DynamoDBEventResponse
	if len(response) == 0 {
		return nil
	}
	if err := json.Unmarshal(response, &r); err != nil {
		d.t.Fatalf("triggertest: the handler's response: %v: %s", err, response)
	}
	for _, f := range r.BatchItemFailures {
		failed = append(failed, strings.TrimLeft(f.ItemIdentifier, "0"))
	}
	return failed
}

// Settle hands the changes of Table to a handler until there are none: those that are
// there, then those that the handler itself made. A handler that fails, or that goes
// on making changes, fails the test.
func (d *Database) Settle(handler any) {
	d.t.Helper()
	for range maxRounds {
		changes := d.Take()
		if len(changes) == 0 {
			return
		}
		if o := d.Invoke(handler, changes...); o.Err != nil || len(o.Failed) > 0 {
			d.t.Fatalf("triggertest: the handler failed: %v, records %q", o.Err, o.Failed)
		}
	}
	d.t.Fatalf("triggertest: the trigger feeds itself: it changed %s in each of %d invocations", Table, maxRounds)
}
