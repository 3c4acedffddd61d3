package engine_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

const table = "things"

func createTable(t *testing.T, cfg aws.Config) *dynamodb.Client {
	t.Helper()
	db := dynamodb.NewFromConfig(cfg)
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            aws.String(table),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func putThing(t *testing.T, db *dynamodb.Client, id string) {
	t.Helper()
	_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String(table),
		Item:      map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil {
		t.Error(err)
	}
}

func newFence(t *testing.T, cfg aws.Config) *engine.Fence {
	t.Helper()
	f, err := engine.NewFence(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mark(t *testing.T, f *engine.Fence) uint64 {
	t.Helper()
	n, err := f.Mark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func testFenceCounts(t *testing.T, e engine.Engine) {
	cfg := open(t, e).Config(nil)
	db, fence := createTable(t, cfg), newFence(t, cfg)
	before := mark(t, fence)
	for writes := range 4 {
		for i := range writes {
			putThing(t, db, strconv.Itoa(writes)+"-"+strconv.Itoa(i))
		}
		after := mark(t, fence)
		if got := after - before - 1; got != uint64(writes) {
			t.Errorf("%d writes between two marks: the marks say %d", writes, got)
		}
		before = after
	}
	putThing(t, db, "1-0") // there already
	if after := mark(t, fence); after != before+1 {
		t.Errorf("a write that changes nothing: the marks say %d", after-before-1)
	}
}

func testTwoFences(t *testing.T, e engine.Engine) {
	cfg := open(t, e).Config(nil)
	a, b := newFence(t, cfg), newFence(t, cfg)
	last := mark(t, a)
	for i := range 10 {
		f := a
		if i%3 == 0 {
			f = b
		}
		next := mark(t, f)
		if next != last+1 {
			t.Fatalf("mark %d: %d after %d, want one more: each counts the other's marks as writes", i, next, last)
		}
		last = next
	}
}

// The sum is exact although nobody knows which write came when.
func testConcurrentWriters(t *testing.T, e engine.Engine) {
	const writers, writes, marks = 4, 50, 20
	cfg := open(t, e).Config(nil)
	db, fence := createTable(t, cfg), newFence(t, cfg)
	before := mark(t, fence)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range writes {
				putThing(t, db, strconv.Itoa(w)+"-"+strconv.Itoa(i))
			}
		})
	}
	for range marks {
		mark(t, fence)
	}
	wg.Wait()
	if got, want := mark(t, fence)-before, uint64(writers*writes+marks+1); got != want {
		t.Errorf("the counter moved by %d, want %d", got, want)
	}
}

func testExpiredIterator(t *testing.T, e engine.Engine) {
	db := open(t, e)
	p := newProxy(t, db.Endpoint)
	fence := newFence(t, p.config(db))
	before := mark(t, fence)
	p.tamper(expireOnce())
	if after := mark(t, fence); after != before+1 {
		t.Errorf("marks around an expired iterator: %d and %d, want one apart", before, after)
	}
	if p.tampered() != 1 {
		t.Errorf("the proxy tampered with %d answers, want 1: nothing was tried", p.tampered())
	}
}
