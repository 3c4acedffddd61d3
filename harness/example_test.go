package harness_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/report"
)

// The smallest run: a table, a trigger, a folder of scenarios. It needs Docker,
// so go test compiles it and does not run it.
func Example() {
	ctx := context.Background()
	tables, err := harness.LoadTables("fixtures/tables")
	if err != nil {
		log.Fatal(err)
	}
	project := harness.Project{
		Root: ".", Tables: tables,
		Triggers: []harness.Trigger{{
			Mapping: mapping.Mapping{Trigger: "audit", Table: "orders", Enabled: true, BatchSize: 100},
			New: func(e harness.Environment) (any, error) {
				db := dynamodb.NewFromConfig(e.AWS) // the only way to the database
				return func(ctx context.Context, event events.DynamoDBEvent) error {
					return audit(ctx, db, event)
				}, nil
			},
		}},
	}
	engine, err := dynamodblocal.Start(ctx, dynamodblocal.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close(ctx)
	h, err := harness.Start(ctx, project, engine, harness.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer h.Close()

	scenarios, err := project.Load()
	if err != nil {
		log.Fatal(err) // every mistake of every file, with its place
	}
	for _, s := range scenarios {
		result, err := h.Run(ctx, s)
		if err != nil {
			log.Fatal(err)
		}
		if err := report.Line(os.Stdout, result); err != nil {
			log.Fatal(err)
		}
	}
}

func audit(context.Context, *dynamodb.Client, events.DynamoDBEvent) error { return nil }

// A mutation is a function with arguments that YAML fills in:
//
//   - ship_order: {order: o1, carrier: post}
func ExampleNewMutation() {
	type args struct {
		Order   string `yaml:"order"`
		Carrier string `yaml:"carrier"`
	}
	ship := harness.NewMutation("ship_order", "an order leaves the house",
		func(_ context.Context, w harness.Writer, a args) error {
			fmt.Printf("%s goes by %s, table %s\n", a.Order, a.Carrier, w.Table)
			return nil
		})
	filled := ship.New().(*args)
	filled.Order, filled.Carrier = "o1", "post"
	if err := ship.Run(context.Background(), harness.Writer{Table: "orders"}, filled); err != nil {
		fmt.Println(err)
	}
	// Output: o1 goes by post, table orders
}
