package indicators_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

func TestForeignAttributesAreLeftAlone(t *testing.T) {
	w := start(t)
	stored := w.f1()["unreliable_indicators"].(*types.AttributeValueMemberM).Value
	w.Put(with(w.f1(), model.Item{"unreliable_indicators": &types.AttributeValueMemberM{Value: with(stored, model.Item{
		"unreliable_rejections": &types.AttributeValueMemberN{Value: "3"},
		"where":                 &types.AttributeValueMemberNULL{Value: true}, // ours: absent is absent
		"status":                text(""),
	})}}))
	w.edit("v1", status(model.StateSafe))
	w.settled()
	w.want("3", "unreliable_rejections")
	w.want("", "where")
	w.want("VULNERABLE", "status")
}

func TestAMapThatIsNullIsCreatedWhole(t *testing.T) {
	for name, value := range map[string]types.AttributeValue{
		"NULL":         &types.AttributeValueMemberNULL{Value: true},
		"empty string": &types.AttributeValueMemberS{Value: ""},
		"empty map":    &types.AttributeValueMemberM{Value: model.Item{}},
		"absent":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.Put(with(w.f1(), model.Item{"unreliable_indicators": value}))
			w.edit("v1", status(model.StateSafe))
			w.settled()
			w.wantComputed()
		})
	}
}

func TestAFindingRemovedMeanwhileLeavesNoGhost(t *testing.T) {
	for name, finding := range map[string]func(w world) model.Item{
		"with indicators": func(w world) model.Item { return w.f1() },
		// Nothing but existence tells this one from none.
		"of keys only": func(world) model.Item { return model.Key{PK: "FIN#f1", SK: "GROUP#g1"}.Item() },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.Put(finding(w))
			w.edit("v1", status(model.StateSafe))
			batch := w.Take()
			w.once("UpdateItem", func() { w.Remove(model.Key{PK: "FIN#f1", SK: "GROUP#g1"}) })
			w.deliver(batch...)
			if item := w.f1(); item != nil {
				t.Errorf("the write brought back %v", item)
			}
		})
	}
}

// A write computed from a severity or a state that is no more is refused, not
// left to verification.
func TestChangedInputRefusesTheWrite(t *testing.T) {
	for name, change := range map[string]func(*model.Finding){
		"severity_score": func(f *model.Finding) { f.SeverityScore = severity("8", "8") },
		"state.status":   func(f *model.Finding) { f.State.Status = model.FindingMasked },
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.add("v3", "f1")
			batch := w.Take()
			w.once("UpdateItem", func() {
				f, err := model.ParseFinding(w.f1())
				if err != nil {
					t.Fatal(err)
				}
				change(&f)
				w.Put(triggertest.Item(t, f))
				w.Take()
			})
			w.deliver(batch...)
			if n := len(w.Take()); n != 1 {
				t.Errorf("%d writes took effect, want 1", n)
			}
			w.wantComputed()
		})
	}
}

func TestEndlessConflictIsAnErrorNotALoop(t *testing.T) {
	for name, refusal := range map[string]error{
		"refused":           &types.ConditionalCheckFailedException{},
		"changed meanwhile": nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			w.edit("v1", status(model.StateSafe))
			batch := w.Take()
			w.Before = func(call string) error {
				if !strings.HasPrefix(call, "UpdateItem") {
					return nil
				}
				if refusal == nil { // what was computed is wrong by the time it is written
					w.edit("v1", func(v *model.Vulnerability) {
						v.State.Status = map[model.StateStatus]model.StateStatus{
							model.StateSafe: model.StateVulnerable, model.StateVulnerable: model.StateSafe,
						}[v.State.Status]
					})
				}
				return refusal
			}
			w.Calls = nil
			err := w.Invoke(w.trigger().Handle, batch...).Err
			if !errors.Is(err, indicators.ErrUnsettled) || !strings.Contains(err.Error(), "finding f1") {
				t.Errorf("error = %v, want ErrUnsettled of finding f1", err)
			}
			if n := w.called("UpdateItem"); n != 500 {
				t.Errorf("%d writes, want 500", n)
			}
		})
	}
}
