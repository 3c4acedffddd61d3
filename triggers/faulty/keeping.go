package faulty

import (
	"context"
	"maps"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// keep says what is stored of a finding after a batch: it changes right, the
// indicators as they should be. stored are those from before the batch; the changes
// are those of its vulnerabilities.
type keep func(right, stored model.Item, changes []record.Change)

// keeping is the shipped trigger with indicators that depend on what was stored. It
// lets the shipped one compute all, then stores otherwise what keep changes. What is
// stored for the first time is right, as after a back-fill.
func keeping(e Environment, k keep) handler {
	return func(ctx context.Context, event events.DynamoDBEvent) error {
		batch, err := read(event)
		if err != nil {
			return err
		}
		before := map[string]model.Item{}
		for _, id := range batch.ids {
			if before[id], err = e.stored(ctx, id); err != nil {
				return err
			}
		}
		if err := shipped(e).Handle(ctx, event); err != nil {
			return err
		}
		for _, id := range batch.ids {
			if before[id] == nil {
				continue
			}
			if err := e.keep(ctx, id, before[id], batch.changes[id], k); err != nil {
				return err
			}
		}
		return nil
	}
}

func (e Environment) keep(ctx context.Context, id string, before model.Item, changes []record.Change, k keep) error {
	finding, err := e.finding(ctx, id)
	if finding == nil || err != nil {
		return err
	}
	now, err := e.stored(ctx, id)
	if now == nil || err != nil {
		return err
	}
	var own []record.Change
	for _, c := range changes {
		if vulnerability(c) {
			own = append(own, c)
		}
	}
	kept := maps.Clone(now)
	k(kept, before, own)
	for name, value := range kept {
		if model.Equal(value, now[name]) {
			continue
		}
		err := e.update(ctx, finding, "SET unreliable_indicators.#name = :value", map[string]string{"#name": name}, model.Item{":value": value})
		if err != nil {
			return err
		}
	}
	return nil
}
