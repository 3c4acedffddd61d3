package lease_test

import (
	"context"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// TestDynamoDB holds everything here that needs DynamoDB Local: one container serves it all.
func TestDynamoDB(t *testing.T) {
	e := container(t)
	t.Run("store", func(t *testing.T) {
		testStore(t, func(t *testing.T) lease.Store { return prepared(t, open(t, e), nil) })
	})
	for _, test := range []struct {
		name string
		run  func(*testing.T, *engine.Database)
	}{
		{"rows are those of a KCL", testRowsOfKCL},
		{"what a stopped KCL left is taken up", testTakeUpKCL},
		{"attributes it does not know survive", testSurvival},
		{"lanes beside the checkpoint", testLanesRow},
		{"other entities are no leases", testEntities},
		{"a row that cannot be read", testUnreadable},
		{"more rows than a page", testPages},
		{"prepare creates the table", testPrepareCreates},
		{"many prepare at once", testPrepareTogether},
		{"prepare adds the index", testPrepareIndex},
		{"prepare refuses other tables", testPrepareRefuses},
		{"lost answers", testLostAnswers},
		{"refusals without the row", testBareRefusals},
		{"throttling", testThrottling},
		{"a table that is gone", testTableGone},
		{"does as the memory does", testTwins},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t, e)) })
	}
}

// container starts an engine for a test or a benchmark, or skips it.
func container(t testing.TB) engine.Engine {
	t.Helper()
	ctx := t.Context()
	if skip, err := dynamodblocal.SkipTests(ctx, os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: func(line string) { t.Log(line) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

// open gives a database that ends with the test.
func open(t testing.TB, e engine.Engine) *engine.Database {
	t.Helper()
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// leases is the name of the lease table.
const leases = "orders_consumer_audit"

// prepared gives an empty store in a database. A nil client stands for a plain one.
func prepared(t testing.TB, db *engine.Database, client aws.HTTPClient) *lease.Table {
	t.Helper()
	store := lease.NewDynamoDB(dynamodb.NewFromConfig(db.Config(client)), leases)
	if err := store.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}
