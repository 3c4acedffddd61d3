package faulty

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stillwater-streams/stillwater/triggers/archive"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/webhook"
)

// Bug is a trigger that is wrong in one way.
type Bug struct {
	// Name of the bug and of its file: "lost_paging".
	Name string
	// Trigger that it stands for, as triggers.json names it.
	Trigger string
	// Wrong says in one sentence what it does that it must not.
	Wrong string
	// Symptom is how it shows.
	Symptom Symptom
	// New builds its handler, of a signature that Lambda takes.
	New func(Environment) any
	// Partner builds the handler of a second trigger on the same table, for a bug
	// that needs two; nil = none.
	Partner func(Environment) any
}

// Symptom is what tells a bug from others.
type Symptom struct {
	Kind Kind
	// Shows is a regular expression that a line of the evidence matches: what a
	// snapshot has and should not ("where: …, not …"), or why a run did not settle.
	Shows string
}

// Kind is how a scenario fails.
type Kind string

// The kinds of symptoms.
const (
	Differs    Kind = "snapshot differs"
	DeadLetter Kind = "dead letter" // a batch went to the on-failure destination that should not
	Loop       Kind = "not settled: loop"
	Leftover   Kind = "not settled: leftover goroutine"
)

// DynamoDB is what the triggers need of *dynamodb.Client, together.
type DynamoDB interface {
	indicators.DynamoDB
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Environment is what a faulty trigger is built from: the options of the shipped
// ones. All of it is required.
type Environment struct {
	DynamoDB DynamoDB
	Table    string // integrates_vms
	Archive  string // the archive table
	HTTP     *http.Client
	Wait     func(context.Context, time.Duration) error
	Job      indicators.Job // what the indicators hand over to
	Now      func() time.Time
	Log      *slog.Logger
	// Done is closed when nothing will be invoked any more, so that what a bug leaves
	// behind does not outlive its test.
	Done <-chan struct{}
}

// handler is that of the indicators.
type handler func(context.Context, events.DynamoDBEvent) error

// shipped is the trigger that computes the indicators, as it ships.
func shipped(e Environment) *indicators.Trigger {
	return indicators.New(indicators.Options{DynamoDB: e.DynamoDB, Table: e.Table, Job: e.Job, Now: e.Now, Log: e.Log})
}

// keeper is the trigger that archives, as it ships.
func keeper(e Environment) *archive.Trigger {
	return archive.New(archive.Options{DynamoDB: e.DynamoDB, Table: e.Archive, Log: e.Log})
}

// notifier is the trigger that tells a group's endpoint, as it ships.
func notifier(e Environment) *webhook.Trigger {
	return webhook.New(webhook.Options{DynamoDB: e.DynamoDB, Table: e.Table, HTTP: e.HTTP, Wait: e.Wait, Log: e.Log})
}
