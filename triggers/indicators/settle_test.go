package indicators_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// Whatever happens to the vulnerabilities of a finding, however its records are
// cut into batches, repeated, delayed or handled beside each other: once all were
// handled, the indicators are what the items say.
func TestOnceAllIsHandledTheIndicatorsAreRight(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := history{T: rt, world: newWorld(t)}
		h.PageSize = rapid.Int32Range(1, 4).Draw(rt, "page size")
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			h.step(true)
		}
		h.appear()
		h.deliver(h.cut(len(h.records()))...)
		h.settled()
		h.wantComputed()
		if t.Failed() {
			rt.FailNow()
		}
	})
}

// history draws what happens.
type history struct {
	*rapid.T
	world
	waiting, handled []testevent.Change
}

func (h *history) step(beside bool) {
	ids := rapid.SampledFrom([]string{"v1", "v2", "v3"})
	switch rapid.SampledFrom([]string{"write", "write", "remove", "finding", "deliver", "deliver beside", "redeliver"}).Draw(h.T, "step") {
	case "write":
		h.add(ids.Draw(h.T, "id"), "f1", h.edits()...)
	case "remove":
		if key, known := h.vulnerabilities[ids.Draw(h.T, "id")]; known {
			h.Remove(key)
		}
	case "finding":
		h.appear()
	case "deliver":
		h.deliverSome(rapid.Bool().Draw(h.T, "stale"))
	case "deliver beside":
		if beside {
			h.deliverBeside()
		}
	case "redeliver":
		h.deliver(h.handled...)
	}
}

// appear puts the finding, once: a put on top would take its indicators away.
func (h *history) appear() {
	if h.f1() == nil {
		h.finding("f1")
	}
}

func (h *history) edits() []edit {
	states := []model.StateStatus{model.StateVulnerable, model.StateSafe, model.StateSubmitted}
	claims := []model.ZeroRiskStatus{model.ZeroRiskRejected, model.ZeroRiskConfirmed}
	score := fmt.Sprint(rapid.IntRange(0, 10).Draw(h.T, "score"))
	edits := []edit{status(rapid.SampledFrom(states).Draw(h.T, "state")), scored(score, score)}
	if rapid.Bool().Draw(h.T, "claimed") {
		edits = append(edits, zeroRisk(rapid.SampledFrom(claims).Draw(h.T, "claim")))
	}
	return edits
}

// deliverSome handles the first records of the stream as one batch. A stale index
// is as it was before the batch.
func (h *history) deliverSome(stale bool) {
	batch := h.cutSome()
	if stale {
		h.Index = h.Clone()
		for i := len(batch) - 1; i >= 0; i-- {
			undo(h.T, h.Index, batch[i])
		}
		defer func() { h.Index = nil }()
	}
	h.deliver(batch...)
}

// undo makes an item what it was before a change.
func undo(t *rapid.T, db *memory.Database, c testevent.Change) {
	var in any = &dynamodb.PutItemInput{TableName: aws.String(triggertest.Table), Item: c.Before}
	if c.Before == nil {
		key, err := model.KeyOf(c.After)
		if err != nil {
			t.Fatal(err)
		}
		in = &dynamodb.DeleteItemInput{TableName: aws.String(triggertest.Table), Key: key.Item()}
	}
	if _, err := db.Do(context.Background(), in); err != nil {
		t.Fatal(err)
	}
}

// deliverBeside handles a batch, and lets something else happen, another batch
// perhaps, before one of its calls.
func (h *history) deliverBeside() {
	batch := h.cutSome()
	left := rapid.IntRange(0, 5).Draw(h.T, "calls before")
	h.Before = func(string) error {
		if left--; left < 0 {
			h.Before = nil
			h.step(false)
			h.deliverSome(false)
		}
		return nil
	}
	h.deliver(batch...)
	h.Before = nil
}

func (h *history) cutSome() []testevent.Change {
	return h.cut(rapid.IntRange(0, len(h.records())).Draw(h.T, "batch"))
}

// records are those that nobody has handled.
func (h *history) records() []testevent.Change {
	h.waiting = append(h.waiting, h.Take()...)
	return h.waiting
}

// cut takes the first of them.
func (h *history) cut(n int) []testevent.Change {
	batch := h.waiting[:n:n]
	h.waiting = h.waiting[n:]
	h.handled = append(h.handled, batch...)
	return batch
}
