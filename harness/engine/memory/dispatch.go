package memory

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/smithy-go"
)

// Do makes one call: the input of an SDK operation in (*dynamodb.PutItemInput …),
// its output or its error out. A nil input is an empty one. The input is neither kept nor changed; the output
// shares nothing with the database. Errors are those that an SDK client unwraps:
// *types.ConditionalCheckFailedException and the like, or a
// *smithy.GenericAPIError. What is not offered is an UnknownOperationException.
//
// A call is made whole or, if ctx has ended, not at all: then its error is ctx's.
func (db *Database) Do(ctx context.Context, input any) (any, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if v := reflect.ValueOf(input); v.Kind() == reflect.Pointer && v.IsNil() {
		input = reflect.New(v.Type().Elem()).Interface() // as the SDK's clients do
	}
	if err := db.arrive(operation(input)); err != nil {
		return nil, err
	}
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		return reply(db.getItem(in))
	case *dynamodb.PutItemInput:
		return reply(db.putItem(in))
	case *dynamodb.UpdateItemInput:
		return reply(db.updateItem(in))
	case *dynamodb.DeleteItemInput:
		return reply(db.deleteItem(in))
	case *dynamodb.QueryInput:
		return reply(db.query(in))
	case *dynamodb.ScanInput:
		return reply(db.scan(in))
	case *dynamodb.BatchGetItemInput:
		return reply(db.batchGetItem(in))
	case *dynamodb.BatchWriteItemInput:
		return reply(db.batchWriteItem(in))
	case *dynamodb.TransactGetItemsInput:
		return reply(db.transactGetItems(in))
	case *dynamodb.TransactWriteItemsInput:
		return reply(db.transactWriteItems(in))
	}
	return db.doStreams(input)
}

func (db *Database) doStreams(input any) (any, error) {
	switch in := input.(type) {
	case *dynamodbstreams.GetRecordsInput:
		return reply(db.getRecords(in))
	case *dynamodbstreams.GetShardIteratorInput:
		return reply(db.getShardIterator(in))
	case *dynamodbstreams.DescribeStreamInput:
		return reply(db.describeStream(in))
	case *dynamodbstreams.ListStreamsInput:
		return reply(db.listStreams(in))
	}
	return db.doTables(input)
}

func (db *Database) doTables(input any) (any, error) {
	switch in := input.(type) {
	case *dynamodb.CreateTableInput:
		return reply(db.createTable(in))
	case *dynamodb.DescribeTableInput:
		return reply(db.describeTable(in))
	case *dynamodb.UpdateTableInput:
		return reply(db.updateTable(in))
	case *dynamodb.DeleteTableInput:
		return reply(db.deleteTable(in))
	case *dynamodb.ListTablesInput:
		return reply(db.listTables(in))
	case *dynamodb.UpdateTimeToLiveInput:
		return reply(db.updateTimeToLive(in))
	case *dynamodb.DescribeTimeToLiveInput:
		return reply(db.describeTimeToLive(in))
	case *dynamodb.TagResourceInput:
		return reply(db.tagResource(in))
	case *dynamodb.UntagResourceInput:
		return reply(db.untagResource(in))
	case *dynamodb.ListTagsOfResourceInput:
		return reply(db.listTags(in))
	case *dynamodb.DescribeLimitsInput:
		return limits(), nil
	}
	return nil, &smithy.GenericAPIError{
		Code: "UnknownOperationException", Message: "the memory engine does not offer " + operation(input), Fault: smithy.FaultClient,
	}
}

// reply keeps a nil output from becoming an output that is not nil.
func reply[T any](out *T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return out, nil
}

// operation is the API's name of a call: *dynamodb.PutItemInput → PutItem.
func operation(input any) string {
	switch input.(type) { // without reflection where it counts
	case *dynamodb.GetItemInput:
		return "GetItem"
	case *dynamodb.PutItemInput:
		return "PutItem"
	case *dynamodb.UpdateItemInput:
		return "UpdateItem"
	case *dynamodb.QueryInput:
		return "Query"
	case *dynamodbstreams.GetRecordsInput:
		return "GetRecords"
	}
	name := fmt.Sprintf("%T", input)
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "Input")
}
