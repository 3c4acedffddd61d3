package harness

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// Project is what a team brings to the harness.
type Project struct {
	// Root is the folder that holds scenarios/, snapshots/ and fixtures/.
	Root string
	// Tables to create in every database. A table with a trigger needs a stream.
	// Mutations and raw writes that name no table write the only one that has one.
	Tables []*dynamodb.CreateTableInput
	// Triggers under test.
	Triggers []Trigger
	// Mutations that scenarios may name.
	Mutations []Mutation
	// Seeds that fixtures may name; they have the form of mutations.
	Seeds []Mutation
	// Views that scenarios may observe, beside those that every project has.
	Views []View
	// Observe names the views of a scenario that does not say: []string{"totals",
	// "changes"}; nil is all of Views.
	Observe []string
	// HTTP answers the requests that triggers make with Environment.HTTP, one at a
	// time; nil answers each with 204 No Content. Several runs may ask it at once.
	HTTP http.Handler
	// Scrub replaces in snapshots what differs from run to run, by identity.
	Scrub []snapshot.Scrubber
	// Region and AccountID are those of the ARNs and records that handlers see,
	// whatever the engine calls itself; "" means DefaultRegion, DefaultAccountID.
	Region, AccountID string
}

// Defaults of [Project].
const (
	DefaultRegion    = "us-east-1"
	DefaultAccountID = "123456789012" // the one of AWS's documentation
)

func (p Project) region() string  { return cmp.Or(p.Region, DefaultRegion) }
func (p Project) account() string { return cmp.Or(p.AccountID, DefaultAccountID) }

// Trigger is one handler under test and how records get to it.
type Trigger struct {
	// Mapping is its event source mapping, from triggers.json.
	Mapping mapping.Mapping
	// New builds the handler, of any signature Lambda takes. It is called once
	// per execution environment, inside the first invocation: a cold start.
	New func(Environment) (handler any, err error)
}

// Environment is an execution environment: all that a handler may reach. As in
// Lambda it is built once and then runs one invocation at a time, so what a
// handler keeps in memory stays.
type Environment struct {
	// AWS makes clients of any AWS service: dynamodb.NewFromConfig(env.AWS). A
	// client made otherwise is answered with an error: there is no way out.
	AWS aws.Config
	// HTTP sends what a handler tells the world: Project.HTTP answers, in this
	// process, and nothing leaves it. A request passes the gate as an AWS call does:
	// one at a time, in the trace, in flight until its answer is there.
	HTTP *http.Client
	// Now is the virtual time.
	Now func() time.Time
	// Wait is for pauses between attempts. It returns at once, with the error of
	// ctx if that has ended: no time passes in an invocation, real or virtual.
	Wait func(ctx context.Context, d time.Duration) error
	// Log takes what the handler logs; it stands in the trace of the run.
	Log *slog.Logger
	// Submit hands work over to a job and returns its id when it is accepted, not
	// when it is done. To faults it is an AWS call of the name SubmitJob.
	Submit func(context.Context, Job) (id string, err error)
}

// Job is work that is too long for an invocation, as AWS Batch takes it: it runs
// elsewhere, so it outlives the invocation that submits it and the consumer, and
// nothing of them but what Run keeps. No verdict comes before all jobs have ended.
// One that fails is not tried again; snapshots show it.
type Job struct {
	// Name says what is done: "recompute --finding=f1".
	Name string
	// Run does it, in an environment of its own. ctx ends with the run.
	Run func(ctx context.Context, e Environment) error
}

// View picks what a snapshot shows of a table.
type View struct {
	// Name as scenarios observe it: "indicators".
	Name string
	// Doc is one sentence.
	Doc string
	// At is the path of the attribute that Of shows ("unreliable_indicators"), so
	// that each line can be tied to the write that changed it; "" if Of shows the
	// whole item, or what it computes.
	At string
	// Of returns what to show of an item, under which label; ok is false for
	// items the view does not show. A nil value is shown as absent.
	Of func(table string, item map[string]types.AttributeValue) (label string, value types.AttributeValue, ok bool)
}

// Advice is what is accepted in the mappings and yet is hardly meant: filters that
// can never match, retries without end, records that would be lost.
func (p Project) Advice() []mapping.Advice {
	views := map[string]string{}
	for _, t := range p.Tables {
		if t.StreamSpecification != nil {
			views[aws.ToString(t.TableName)] = string(t.StreamSpecification.StreamViewType)
		}
	}
	var mappings []mapping.Mapping
	for _, t := range p.Triggers {
		mappings = append(mappings, t.Mapping)
	}
	return mapping.Advise(mappings, views)
}

// Vocabulary is what scenario files of the project may refer to.
func (p Project) Vocabulary() scenario.Vocabulary {
	v := scenario.Vocabulary{CheckMapping: p.checkMapping, Observe: p.Observe, Main: p.impliedTable(), Keys: map[string][]string{}}
	for _, t := range p.Triggers {
		v.Triggers = append(v.Triggers, t.Mapping.Trigger)
	}
	for _, m := range p.Mutations {
		v.Mutations = append(v.Mutations, m.Verb)
	}
	for _, s := range p.Seeds {
		v.Seeds = append(v.Seeds, s.Verb)
	}
	for _, view := range p.Views {
		v.Views = append(v.Views, view.Name)
	}
	for _, t := range p.Tables {
		name := aws.ToString(t.TableName)
		v.Tables = append(v.Tables, name)
		for _, attribute := range t.KeySchema {
			v.Keys[name] = append(v.Keys[name], aws.ToString(attribute.AttributeName))
		}
	}
	return v
}

// triggers are those that a scenario lets run, with its overrides. Naming one lets
// it run, also if its mapping is not enabled.
func (p Project) triggers(s *scenario.Scenario) ([]Trigger, error) {
	var list []Trigger
	for _, t := range p.Triggers {
		i := slices.IndexFunc(s.Triggers, func(named scenario.Trigger) bool { return named.Name == t.Mapping.Trigger })
		if i < 0 {
			if s.Triggers == nil && t.Mapping.Enabled {
				list = append(list, t)
			}
			continue
		}
		t.Mapping.Enabled = true
		if overrides := s.Triggers[i].Overrides; overrides != nil {
			m, err := t.Mapping.Override(overrides)
			if err != nil {
				return nil, &StepError{Step: scenario.Step{Pos: s.Triggers[i].Pos, Verb: "triggers"}, Err: err}
			}
			t.Mapping = m
		}
		if t.Mapping.Enabled {
			list = append(list, t)
		}
	}
	for _, named := range s.Triggers {
		if !slices.ContainsFunc(p.Triggers, func(t Trigger) bool { return t.Mapping.Trigger == named.Name }) {
			return nil, &StepError{Step: scenario.Step{Pos: named.Pos, Verb: "triggers"}, Err: fmt.Errorf("no trigger %q in this project", named.Name)}
		}
	}
	return list, nil
}

// checkMapping says what is wrong with the overrides of a trigger.
func (p Project) checkMapping(trigger string, overrides []byte) error {
	for _, t := range p.Triggers {
		if t.Mapping.Trigger == trigger {
			_, err := t.Mapping.Override(overrides)
			return err
		}
	}
	return fmt.Errorf("no trigger %q in this project", trigger)
}

// keys are the key attributes of all tables.
func (p Project) keys() []string {
	var names []string
	for _, t := range p.Tables {
		for _, attribute := range t.KeySchema {
			if name := aws.ToString(attribute.AttributeName); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// check finds mistakes that would otherwise show as a run that does nothing.
func (p Project) check() error {
	if err := snapshot.CheckScrubbers(p.Scrub); err != nil {
		return fmt.Errorf("project: %w", err)
	}
	streamed := map[string]bool{}
	for _, t := range p.Tables {
		streamed[aws.ToString(t.TableName)] = t.StreamSpecification != nil && aws.ToBool(t.StreamSpecification.StreamEnabled)
	}
	named := map[string]bool{}
	for _, t := range p.Triggers {
		if named[t.Mapping.Trigger] {
			return fmt.Errorf("project: two triggers are named %q: name each as triggers.json does", t.Mapping.Trigger)
		}
		named[t.Mapping.Trigger] = true
		hasStream, exists := streamed[t.Mapping.Table]
		switch {
		case !exists:
			return fmt.Errorf("project: trigger %s: no table %q: its mapping names a table that Project.Tables lacks", t.Mapping.Trigger, t.Mapping.Table)
		case !hasStream:
			return fmt.Errorf("project: trigger %s: table %q has no stream: enable StreamSpecification in its definition", t.Mapping.Trigger, t.Mapping.Table)
		case t.New == nil:
			return fmt.Errorf("project: trigger %s: New is missing: it builds the handler", t.Mapping.Trigger)
		}
	}
	for _, v := range p.Views {
		if slices.Contains(scenario.Views(), v.Name) {
			return fmt.Errorf("project: view %q: the name is that of a view that every project has: choose another", v.Name)
		}
	}
	return nil // names of mutations and seeds are checked with the vocabulary
}

// verbs are the mutations and seeds by name.
func (p Project) verbs() map[string]Mutation {
	verbs := map[string]Mutation{}
	for _, list := range [][]Mutation{p.Mutations, p.Seeds} {
		for _, m := range list {
			verbs[m.Name] = m
		}
	}
	return verbs
}

// mainTable is what mutations write.
func (p Project) mainTable() string {
	if len(p.Tables) == 0 {
		return ""
	}
	return cmp.Or(p.impliedTable(), aws.ToString(p.Tables[0].TableName))
}

// impliedTable is the table that goes without saying: the only one, or the only
// one with a stream; "" where there is none such.
func (p Project) impliedTable() string {
	var names []string
	for _, t := range p.Tables {
		if len(p.Tables) == 1 || t.StreamSpecification != nil && aws.ToBool(t.StreamSpecification.StreamEnabled) {
			names = append(names, aws.ToString(t.TableName))
		}
	}
	if len(names) != 1 {
		return ""
	}
	return names[0]
}

var _ Client = (*dynamodb.Client)(nil)
