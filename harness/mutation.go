package harness

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// Client is what a mutation may call: the item operations of *dynamodb.Client.
// Every call passes the gate, so that each record it causes is known to be its
// own.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	BatchWriteItem(context.Context, *dynamodb.BatchWriteItemInput, ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
}

// Writer is what a mutation is given to do its work.
type Writer struct {
	// DB is the database of this attempt.
	DB Client
	// Now is the virtual time of the step; it stands still while the step runs.
	Now time.Time
	// Table is the table a mutation writes when its scenario names none.
	Table string
}

// Mutation is a named change of the domain, usable from YAML by its name. It
// makes the same API calls as the application does, in the same order.
type Mutation struct {
	scenario.Verb
	// Run makes the change; args is what Verb.New returned, filled from the YAML.
	Run func(ctx context.Context, w Writer, args any) error
}

// NewMutation names run. A is a struct whose yaml tags are the arguments of the
// mutation; a scenario that spells one differently does not load.
func NewMutation[A any](name, doc string, run func(ctx context.Context, w Writer, args A) error) Mutation {
	return Mutation{
		Verb: scenario.Verb{Name: name, Doc: doc, New: func() any { return new(A) }},
		Run: func(ctx context.Context, w Writer, args any) error {
			typed, ok := args.(*A)
			if !ok {
				return fmt.Errorf("mutation %s: arguments are %T, not %T: build them with Verb.New", name, args, typed)
			}
			return run(ctx, w, *typed)
		},
	}
}
