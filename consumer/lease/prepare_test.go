package lease_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// tableShape is what K7 says of a lease table.
type tableShape struct {
	TableStatus            string
	KeySchema              []map[string]string
	AttributeDefinitions   []map[string]string
	GlobalSecondaryIndexes []struct {
		IndexName, IndexStatus string
		KeySchema              []map[string]string
		Projection             map[string]string
	}
	BillingModeSummary  struct{ BillingMode string }
	StreamSpecification any
}

func shapeOf(t *testing.T, db *engine.Database) tableShape {
	t.Helper()
	var answer struct{ Table tableShape }
	wire{t, db}.call("DescribeTable", fmt.Sprintf(`{"TableName":%q}`, leases), &answer)
	return answer.Table
}

func testPrepareCreates(t *testing.T, db *engine.Database) {
	store := prepared(t, db, nil)
	got := shapeOf(t, db)
	key := func(pairs ...string) (schema []map[string]string) {
		for i := 0; i < len(pairs); i += 2 {
			schema = append(schema, map[string]string{"AttributeName": pairs[i], "KeyType": pairs[i+1]})
		}
		return schema
	}
	want := tableShape{
		TableStatus: "ACTIVE",
		KeySchema:   key("leaseKey", "HASH"),
		AttributeDefinitions: []map[string]string{
			{"AttributeName": "leaseKey", "AttributeType": "S"}, {"AttributeName": "leaseOwner", "AttributeType": "S"}},
	}
	want.BillingModeSummary.BillingMode = "PAY_PER_REQUEST"
	want.GlobalSecondaryIndexes = append(want.GlobalSecondaryIndexes, struct {
		IndexName, IndexStatus string
		KeySchema              []map[string]string
		Projection             map[string]string
	}{"LeaseOwnerToLeaseKeyIndex", "ACTIVE", key("leaseOwner", "HASH", "leaseKey", "RANGE"), map[string]string{"ProjectionType": "KEYS_ONLY"}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}

	k := &keeper{t: t, store: store}
	l := k.start(lease.Lease{Key: shard})
	if err := store.Prepare(t.Context()); err != nil {
		t.Errorf("preparing it again: %v", err)
	}
	k.same(l, k.now(shard))
	k.ok(k.store.Take(t.Context(), l, "worker-A"))
	var found struct{ Items []attributes }
	wire{t, db}.call("Query", fmt.Sprintf(`{"TableName":%q,"IndexName":"LeaseOwnerToLeaseKeyIndex","KeyConditionExpression":"leaseOwner = :o",
		"ExpressionAttributeValues":{":o":{"S":"worker-A"}}}`, leases), &found)
	if len(found.Items) != 1 {
		t.Errorf("a KCL would find %v, want our lease", found.Items)
	}
}

func testPrepareTogether(t *testing.T, db *engine.Database) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			store := lease.NewDynamoDB(dynamodb.NewFromConfig(db.Config(nil)), leases)
			if err := store.Prepare(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// testPrepareIndex: a KCL 1 or 2 leaves a table without the index, with or
// without provisioned throughput.
func testPrepareIndex(t *testing.T, db *engine.Database) {
	w := wire{t, db}
	for _, billing := range []string{
		`"BillingMode":"PAY_PER_REQUEST"`,
		`"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":10,"WriteCapacityUnits":10}`,
	} {
		w.call("CreateTable", fmt.Sprintf(`{"TableName":%q,%s,"KeySchema":[{"AttributeName":"leaseKey","KeyType":"HASH"}],
			"AttributeDefinitions":[{"AttributeName":"leaseKey","AttributeType":"S"}]}`, leases, billing), &struct{}{})
		text, _ := rowFile(t, "kcl_processing.json")
		w.put(leases, text)
		k := &keeper{t: t, store: prepared(t, db, nil)}
		if got := shapeOf(t, db); len(got.GlobalSecondaryIndexes) != 1 || got.GlobalSecondaryIndexes[0].IndexName != "LeaseOwnerToLeaseKeyIndex" {
			t.Errorf("%s: indexes %v", billing, got.GlobalSecondaryIndexes)
		}
		if l := k.now(shard); l.Checkpoint != "000000000000000000004" {
			t.Errorf("%s: %+v", billing, l)
		}
		w.call("DeleteTable", fmt.Sprintf(`{"TableName":%q}`, leases), &struct{}{})
	}
}

func testPrepareRefuses(t *testing.T, db *engine.Database) {
	w := wire{t, db}
	const lease1 = `"KeySchema":[{"AttributeName":"leaseKey","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"leaseKey","AttributeType":"S"}]`
	for _, test := range []struct{ name, table, want string }{
		{"a table of the application",
			`"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
			 "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"N"}]`,
			"is not a lease table: its key is pk (S, HASH), sk (N, RANGE), want leaseKey (S, hash): name another lease table"},
		{"a key of another type",
			`"KeySchema":[{"AttributeName":"leaseKey","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"leaseKey","AttributeType":"B"}]`,
			"its key is leaseKey (B, HASH), want leaseKey (S, hash)"},
		{"a stream",
			lease1 + `,"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}`,
			"has a stream enabled: the consumer never streams its own bookkeeping: disable the stream, or name another lease table"},
		{"another index of that name",
			`"KeySchema":[{"AttributeName":"leaseKey","KeyType":"HASH"}],
			 "AttributeDefinitions":[{"AttributeName":"leaseKey","AttributeType":"S"},{"AttributeName":"leaseOwner","AttributeType":"S"}],
			 "GlobalSecondaryIndexes":[{"IndexName":"LeaseOwnerToLeaseKeyIndex","KeySchema":[{"AttributeName":"leaseOwner","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]`,
			"its index LeaseOwnerToLeaseKeyIndex has the key leaseOwner (S, HASH), want leaseOwner (hash), leaseKey (range)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.call("CreateTable", fmt.Sprintf(`{"TableName":%q,"BillingMode":"PAY_PER_REQUEST",%s}`, leases, test.table), &struct{}{})
			k := &keeper{t: t, store: lease.NewDynamoDB(dynamodb.NewFromConfig(db.Config(nil)), leases)}
			k.refused(k.store.Prepare(t.Context()), "prepare leases: table "+leases+" ")
			k.refused(k.store.Prepare(t.Context()), test.want)
			w.call("DeleteTable", fmt.Sprintf(`{"TableName":%q}`, leases), &struct{}{})
		})
	}
}
