package memory_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sdk is an SDK client of a new database.
func sdk(t *testing.T) (*memory.Database, aws.Config) {
	t.Helper()
	db := memory.NewDatabase(memory.Options{})
	e := db.Engine("A1")
	t.Cleanup(e.Close)
	config := e.Config(nil)
	if _, err := dynamodb.NewFromConfig(config).CreateTable(t.Context(), streamedTable(types.StreamViewTypeNewImage)); err != nil {
		t.Fatal(err)
	}
	return db, config
}

// An error looks as one that came over a network.
func TestSDKErrors(t *testing.T) {
	_, config := sdk(t)
	client := dynamodb.NewFromConfig(config)
	put := &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key("a"), ConditionExpression: aws.String("attribute_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	_, err := client.PutItem(t.Context(), put)
	var failed *types.ConditionalCheckFailedException
	var operation *smithy.OperationError
	var response *awshttp.ResponseError
	if !errors.As(err, &failed) || !errors.As(err, &operation) || !errors.As(err, &response) || response.HTTPStatusCode() != 400 {
		t.Fatalf("%T %v", err, err)
	}
	if want := "operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: MEMORY, ConditionalCheckFailedException: The conditional request failed"; err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	_, err = client.ListBackups(t.Context(), &dynamodb.ListBackupsInput{})
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "UnknownOperationException" {
		t.Errorf("ListBackups: %v", err)
	}
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{}); err == nil || errors.As(err, &response) {
		t.Errorf("the client's own checks come first: %v", err)
	}
}

// The SDK's retries happen as they would: a call that is throttled less often than
// there are attempts succeeds.
func TestSDKRetries(t *testing.T) {
	db, config := sdk(t)
	client := dynamodb.NewFromConfig(config)
	put := &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key("a")}
	db.Throttle("PutItem", 2)
	if _, err := client.PutItem(t.Context(), put); err != nil {
		t.Errorf("two refusals, three attempts: %v", err)
	}
	db.Throttle("PutItem", 3)
	var throttled *types.ProvisionedThroughputExceededException
	if _, err := client.PutItem(t.Context(), put); !errors.As(err, &throttled) {
		t.Errorf("three refusals, three attempts: %v", err)
	}
	db.FailNext("PutItem", &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}, 2)
	if _, err := client.PutItem(t.Context(), put); err == nil {
		t.Error("what cannot be retried was")
	}
	if _, err := client.PutItem(t.Context(), put); err == nil {
		t.Error("the second refusal was used up by a retry")
	}
}

// A context that has ended makes no call; other services are not answered here.
func TestSDKContextAndOthers(t *testing.T) {
	db, config := sdk(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	before := db.Writes()
	_, err := dynamodb.NewFromConfig(config).PutItem(ended, &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key("a")})
	if !errors.Is(err, context.Canceled) || db.Writes() != before {
		t.Errorf("%v, %d writes", err, db.Writes()-before)
	}
	_, err = sqs.NewFromConfig(config, func(o *sqs.Options) { o.RetryMaxAttempts = 1 }).ListQueues(t.Context(), &sqs.ListQueuesInput{})
	if err == nil {
		t.Error("a call of another service was answered")
	}
}

// Inputs stay as they are, and what a caller does to what it gave or got changes
// no table.
func TestNothingIsShared(t *testing.T) {
	_, config := sdk(t)
	client := dynamodb.NewFromConfig(config)
	list := &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x"), &types.AttributeValueMemberNS{Value: []string{"2", "1"}}}}
	in := &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: map[string]types.AttributeValue{"pk": text("a"), "l": list}}
	if _, err := client.PutItem(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if got := list.Value[1].(*types.AttributeValueMemberNS).Value; !cmp.Equal(got, []string{"2", "1"}) {
		t.Errorf("the input was changed: %v", got)
	}
	list.Value[0] = text("changed")
	get := func() []types.AttributeValue {
		out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: key("a")})
		if err != nil {
			t.Fatal(err)
		}
		return out.Item["l"].(*types.AttributeValueMemberL).Value
	}
	get()[0] = text("changed")
	value := text("y")
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("tab"), Key: key("a"),
		UpdateExpression: aws.String("SET u = :u"), ExpressionAttributeValues: map[string]types.AttributeValue{":u": value}})
	if err != nil {
		t.Fatal(err)
	}
	value.(*types.AttributeValueMemberS).Value = "changed"
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("tab"), Key: key("a")})
	if err != nil {
		t.Fatal(err)
	}
	if got := get()[0].(*types.AttributeValueMemberS).Value + out.Item["u"].(*types.AttributeValueMemberS).Value; got != "xy" {
		t.Errorf("the table was changed: %s", got)
	}
}

// A hostile depth is an error and never a crash, wherever a value goes in: even of
// a list that holds itself, and of lists that hold one list twice, whose values
// double with each level.
func TestHostileDepth(t *testing.T) {
	endless := &types.AttributeValueMemberL{Value: make([]types.AttributeValue, 2)}
	endless.Value[0], endless.Value[1] = endless, endless
	var doubled types.AttributeValue = text("x")
	for range 31 {
		doubled = &types.AttributeValueMemberL{Value: []types.AttributeValue{doubled, doubled}}
	}
	for want, v := range map[string]types.AttributeValue{"Nesting Levels": endless, "Item size has exceeded": doubled} {
		testHostile(t, v, want)
	}
}

// testHostile hands a value in wherever one goes in.
func testHostile(t *testing.T, hostile types.AttributeValue, want string) {
	t.Helper()
	client := memory.NewClient(memory.NewDatabase(memory.Options{}))
	if _, err := client.CreateTable(t.Context(), streamedTable(types.StreamViewTypeNewImage)); err != nil {
		t.Fatal(err)
	}
	deep := func() map[string]types.AttributeValue {
		return map[string]types.AttributeValue{"pk": text("a"), "v": hostile}
	}
	values := map[string]types.AttributeValue{":v": hostile}
	name := aws.String("tab")
	for what, call := range map[string]func() error{
		"put": func() error {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: name, Item: deep()})
			return err
		},
		"key": func() error {
			_, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: name, Key: deep()})
			return err
		},
		"update": func() error {
			_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: name, Key: key("a"), UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: values})
			return err
		},
		"attribute updates": func() error {
			_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: name, Key: key("a"), AttributeUpdates: map[string]types.AttributeValueUpdate{"v": {Value: hostile}}})
			return err
		},
		"condition": func() error {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: name, Item: key("a"), ConditionExpression: aws.String("v = :v"), ExpressionAttributeValues: values})
			return err
		},
		"expected": func() error {
			_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: name, Item: key("a"), Expected: map[string]types.ExpectedAttributeValue{"v": {Value: hostile}}})
			return err
		},
		"start": func() error {
			_, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: name, ExclusiveStartKey: deep()})
			return err
		},
		"key condition": func() error {
			_, err := client.Query(t.Context(), &dynamodb.QueryInput{TableName: name, KeyConditionExpression: aws.String("pk = :v"), ExpressionAttributeValues: values})
			return err
		},
		"scan filter": func() error {
			_, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: name, ScanFilter: map[string]types.Condition{
				"v": {ComparisonOperator: "EQ", AttributeValueList: []types.AttributeValue{hostile}}}})
			return err
		},
		"batch": func() error {
			_, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"tab": {
				{PutRequest: &types.PutRequest{Item: deep()}}, {DeleteRequest: &types.DeleteRequest{Key: deep()}}}}})
			return err
		},
		"transaction": func() error {
			_, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String("t"),
				TransactItems: []types.TransactWriteItem{{Update: &types.Update{TableName: name, Key: key("a"), UpdateExpression: aws.String("SET v = :v"), ExpressionAttributeValues: values}}}})
			return err
		},
	} {
		var api smithy.APIError
		if err := call(); !errors.As(err, &api) || api.ErrorCode() != "ValidationException" || !strings.Contains(api.ErrorMessage(), want) {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
}

// Many use a database at once: writers, readers, clones, controls. The race
// detector looks on, and the counter ends where the writes do.
func TestManyAtOnce(t *testing.T) {
	db, config := sdk(t)
	const writers, writes = 4, 50
	start := db.Writes()
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			client := dynamodb.NewFromConfig(config)
			for i := range writes {
				item := key(string(rune('a' + w)))
				item["v"] = number(i)
				if _, err := client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: item}); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			client := memory.NewClient(db)
			for range writes {
				clone := db.Clone()
				if _, err := memory.NewClient(clone).PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("tab"), Item: key("clone")}); err != nil {
					t.Error(err)
				}
				db.StaleReads(1)
				if _, err := client.Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("tab")}); err != nil {
					t.Error(err)
				}
				if clone.Hash() == db.Hash() {
					t.Error("a clone that was written to has the hash of its original")
				}
			}
		})
	}
	all.Go(func() { readWhile(t, db, dynamodbstreams.NewFromConfig(config)) })
	all.Wait()
	if got := db.Writes() - start; got != writers*writes {
		t.Errorf("%d writes counted, want %d", got, writers*writes)
	}
}

// The controls beside calls, clones and hashes: each is atomic, and a clone taken
// in the midst of it goes on by itself.
func TestControlsAtOnce(t *testing.T) {
	db, config := sdk(t)
	const rounds = 40
	var all sync.WaitGroup
	control := func(do func() error) {
		all.Go(func() {
			for range rounds {
				if err := do(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	write := func(db *memory.Database) error {
		_, err := memory.NewClient(db).BatchWriteItem(context.Background(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{
			"tab": {{PutRequest: &types.PutRequest{Item: key("a")}}, {DeleteRequest: &types.DeleteRequest{Key: key("b")}}}}})
		return err
	}
	control(func() error { return write(db) })
	control(func() error { return write(db.Clone()) })
	control(func() error { return db.SplitShard("tab") })
	control(func() error { return db.CloseShard("tab") })
	control(func() error { return db.Trim("tab") })
	control(func() error { return db.ExpireIterators("tab") })
	control(func() error { return db.SetRollover("tab", memory.Rollover{Records: 2}) })
	control(func() error { db.Hash(); db.Advance(1); db.Sweep(); db.StaleReads(2); return nil })
	control(func() error { db.Latency("GetItem", 1); db.Unprocessed(1, 1); return nil })
	control(func() error { other := db.Clone(); other.Restore(db); return other.SplitShard("tab") })
	control(func() error {
		_, err := dynamodbstreams.NewFromConfig(config).ListStreams(context.Background(), &dynamodbstreams.ListStreamsInput{})
		return err
	})
	all.Wait()
	if clone := db.Clone(); clone.Hash() != db.Hash() {
		t.Error("a clone has another hash")
	}
}

// readWhile reads the stream while others write to it.
func readWhile(t *testing.T, db *memory.Database, api *dynamodbstreams.Client) {
	list, err := api.ListStreams(context.Background(), &dynamodbstreams.ListStreamsInput{})
	if err != nil {
		t.Error(err)
		return
	}
	for range 20 {
		d, err := api.DescribeStream(context.Background(), &dynamodbstreams.DescribeStreamInput{StreamArn: list.Streams[0].StreamArn})
		if err != nil {
			t.Error(err)
			return
		}
		i, err := api.GetShardIterator(context.Background(), &dynamodbstreams.GetShardIteratorInput{
			StreamArn: list.Streams[0].StreamArn, ShardId: d.StreamDescription.Shards[0].ShardId, ShardIteratorType: "TRIM_HORIZON"})
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := api.GetRecords(context.Background(), &dynamodbstreams.GetRecordsInput{ShardIterator: i.ShardIterator}); err != nil {
			t.Error(err)
		}
		db.Advance(1)
	}
}
