package mutations_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/scenarios/generator"
	"github.com/stillwater-streams/stillwater/scenarios/mutations"
	"github.com/stillwater-streams/stillwater/scenarios/oracle"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// Whatever is done to a group, in whatever order: after every mutation the indicators
// are what the naive oracle says. A mutation that is refused has written nothing, and
// every mutation of the catalogue is one that the walks make.
//
// 200 walks; -rapid.checks=1000 makes 2,000 of them.
func TestIndicatorsAgreeWithTheOracleOnRandomWalks(t *testing.T) {
	for name, start := range map[string][]model.Item{
		"from an empty group": emptyGroups(t),
		"from a busy group":   busyGroups(t),
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				w := newWalk(t, rt, start)
				for range rapid.IntRange(8, 20).Draw(rt, "steps") {
					w.step()
					w.agree()
				}
			})
		})
	}
}

// Every mutation of the catalogue is one that walks make. These have fixed seeds:
// random ones miss a mutation now and then.
func TestWalksMakeEveryMutation(t *testing.T) {
	start := busyGroups(t)
	walks := rapid.Custom(func(rt *rapid.T) map[string]int {
		w := newWalk(t, rt, start)
		for range 20 {
			w.step()
		}
		return w.made
	})
	made := map[string]int{}
	for seed := range 100 {
		for name, n := range walks.Example(seed) {
			made[name] += n
		}
	}
	t.Logf("made: %v", made)
	for _, m := range mutations.All() {
		if made[m.Name] == 0 {
			t.Errorf("%s: no walk made it", m.Name)
		}
	}
}

func emptyGroups(t *testing.T) []model.Item {
	var items []model.Item
	for _, name := range []string{"harbor", "canal"} {
		items = append(items, itemOf(t, model.Group{Name: name, OrganizationID: "o1", State: model.GroupState{Status: model.GroupActive}}))
	}
	return append(items, itemOf(t, model.Root{ID: "harbor-r1", GroupName: "harbor", State: model.RootState{Status: model.RootActive}}))
}

// busyGroups are two groups whose seeds were chosen: there is a finding to approve in
// each, a zero-risk claim and an acceptance that wait for an answer.
func busyGroups(t *testing.T) []model.Item {
	var items []model.Item
	seeds := []uint64{307, 1410}
	for i, name := range []string{"harbor", "canal"} {
		generated, err := generator.Group(generator.Options{Seed: seeds[i], Group: name, Findings: 2, PerFinding: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range generated {
			// The ids of both groups are alike: those of the second are made its own.
			items = append(items, renamed(item, i))
		}
	}
	return items
}

// renamed puts the number of a group behind the ids of its findings and their
// vulnerabilities, wherever a text begins like one.
func renamed(item model.Item, group int) model.Item {
	out := model.Item{}
	for name, v := range item {
		if s, ok := v.(*types.AttributeValueMemberS); ok {
			v = &types.AttributeValueMemberS{Value: strings.ReplaceAll(s.Value, "f00", fmt.Sprintf("f%d0", group))}
		}
		out[name] = v
	}
	return out
}

// walk is one random history.
type walk struct {
	*rapid.T
	t     *testing.T
	table *recorder
	at    time.Time
	made  map[string]int
	next  int // for new ids
}

func newWalk(t *testing.T, rt *rapid.T, start []model.Item) *walk {
	w := &walk{T: rt, t: t, table: newRecorder(), at: time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC), made: map[string]int{}}
	w.table.pageSize = 25
	for _, item := range start {
		w.table.items[keyOf(item)] = clone(item)
	}
	return w
}

// step makes one mutation, later than the last one. It returns the step of a scenario
// that does the same; nil when nothing was changed.
func (w *walk) step() *scenario.Step {
	m := mutations.All()[w.index("mutation", len(mutations.All()))]
	w.at = w.at.Add(time.Duration(rapid.IntRange(1, 5000).Draw(w.T, "minutes")) * time.Minute)
	args := m.New()
	given := w.arguments(m.Name)
	if given == nil {
		return nil // nothing there that it could be made of
	}
	fill(w.T, args, given)
	w.table.log = nil
	err := m.Run(w.t.Context(), harness.Writer{DB: w.table, Now: w.at, Table: "integrates_vms"}, args)
	if err != nil && len(w.table.log) > 0 {
		w.Fatalf("%s %v: %v, after it wrote:\n%s", m.Name, given, err, strings.Join(w.table.log, "\n"))
	}
	if err != nil {
		return nil
	}
	w.made[m.Name]++
	return &scenario.Step{Verb: m.Name, Args: args, Text: m.Name}
}

// agree compares what the trigger would compute with what the oracle does.
func (w *walk) agree() {
	all, err := oracle.Indicators(slices.Collect(maps.Values(w.table.items)))
	if err != nil {
		w.Fatal(err)
	}
	computed := map[string]model.Item{}
	for key, item := range w.table.items {
		if k, err := model.KeyOf(item); err != nil {
			w.Fatalf("%s: %v", key, err)
		} else if id, _, ok := model.SplitFindingKey(k); ok {
			computed["FIN#"+id] = w.compute(id, item)
		}
	}
	if diff := cmp.Diff(rendered(all), rendered(computed)); diff != "" {
		w.Fatalf("indicators (-oracle +trigger):\n%s", diff)
	}
}

func (w *walk) compute(id string, item model.Item) model.Item {
	f, err := model.ParseFinding(item)
	if err != nil {
		w.Fatal(err)
	}
	s := indicators.Snapshot{Finding: f}
	for key, item := range w.table.items {
		if strings.HasPrefix(key, "VULN#") && strings.HasSuffix(key, " FIN#"+id) {
			v, err := model.ParseVulnerability(item)
			if err != nil {
				w.Fatal(err)
			}
			s.Vulnerabilities = append(s.Vulnerabilities, v)
		}
	}
	return indicators.Compute(s)
}

func rendered[M ~map[string]types.AttributeValue](all map[string]M) map[string]string {
	texts := map[string]string{}
	for finding, values := range all {
		for name, v := range values {
			texts[finding+" "+name] = render(v)
		}
	}
	return texts
}

// fill sets the arguments of a mutation by their names in YAML.
func fill(t *rapid.T, args any, values map[string]any) {
	left := maps.Clone(values)
	setFields(reflect.ValueOf(args).Elem(), left)
	if len(left) > 0 {
		t.Fatalf("%T has no arguments %v", args, left)
	}
}

func setFields(s reflect.Value, values map[string]any) {
	for i := range s.NumField() {
		field := s.Type().Field(i)
		if field.Anonymous {
			setFields(s.Field(i), values)
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if value, given := values[name]; given {
			s.Field(i).Set(reflect.ValueOf(value).Convert(field.Type))
			delete(values, name)
		}
	}
}

func itemOf(t *testing.T, e interface{ Item() (model.Item, error) }) model.Item {
	item, err := e.Item()
	if err != nil {
		t.Fatal(err)
	}
	return item
}
