package indicators_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"pgregory.net/rapid"
)

// Whatever happens to the vulnerabilities of a finding, however its records are
// cut into batches, repeated, delayed or handled beside each other: once all were
// handled, the indicators are what the items say.
func TestOnceAllIsHandledTheIndicatorsAreRight(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := history{T: rt, world: world{table: newTable(t), vulnerabilities: map[string]model.Key{}}}
		h.pageSize = rapid.IntRange(1, 4).Draw(rt, "page size")
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			h.step(true)
		}
		h.appear()
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
	handled []events.DynamoDBEventRecord
}

func (h *history) step(beside bool) {
	ids := rapid.SampledFrom([]string{"v1", "v2", "v3"})
	switch rapid.SampledFrom([]string{"write", "write", "remove", "finding", "deliver", "deliver beside", "redeliver"}).Draw(h.T, "step") {
	case "write":
		h.add(ids.Draw(h.T, "id"), "f1", h.edits()...)
	case "remove":
		if key, known := h.vulnerabilities[ids.Draw(h.T, "id")]; known {
			h.table.remove(key)
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
	if h.items[findingKey(h.t, "f1")] == nil {
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
	batch := h.cut()
	if stale {
		for i := len(batch) - 1; i >= 0; i-- {
			keys, err := model.FromEvent(batch[i].Change.Keys)
			if err != nil {
				h.Fatal(err)
			}
			before, err := model.FromEvent(batch[i].Change.OldImage)
			if err != nil {
				h.Fatal(err)
			}
			h.index[model.Key{PK: textOf(keys["pk"]), SK: textOf(keys["sk"])}] = before
		}
		defer clear(h.index)
	}
	h.deliver(batch...)
}

// deliverBeside handles a batch, and lets something else happen, another batch
// perhaps, before one of its calls.
func (h *history) deliverBeside() {
	batch := h.cut()
	left := rapid.IntRange(0, 5).Draw(h.T, "calls before")
	h.before = func(string) error {
		if left--; left < 0 {
			h.before = nil
			h.step(false)
			h.deliverSome(false)
		}
		return nil
	}
	h.deliver(batch...)
	h.before = nil
}

func (h *history) cut() []events.DynamoDBEventRecord {
	n := rapid.IntRange(0, len(h.stream)).Draw(h.T, "batch")
	batch := h.stream[:n:n]
	h.stream = h.stream[n:]
	h.handled = append(h.handled, batch...)
	return batch
}
