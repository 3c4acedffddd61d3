package wire

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// The services, as the header X-Amz-Target names them before the operation.
const (
	dynamoDB        = "DynamoDB_20120810"
	dynamoDBStreams = "DynamoDBStreams_20120810"
)

// newInput returns an empty input struct of an operation, nil if there is no such
// operation here. What an engine does not offer beyond that (PartiQL, backups,
// global tables …) has no input: it is an unknown operation.
func newInput(operation string) (service string, input any) {
	if input := newStreamsInput(operation); input != nil {
		return dynamoDBStreams, input
	}
	if input := newItemInput(operation); input != nil {
		return dynamoDB, input
	}
	switch operation {
	case "CreateTable":
		return dynamoDB, &dynamodb.CreateTableInput{}
	case "DeleteTable":
		return dynamoDB, &dynamodb.DeleteTableInput{}
	case "DescribeEndpoints":
		return dynamoDB, &dynamodb.DescribeEndpointsInput{}
	case "DescribeLimits":
		return dynamoDB, &dynamodb.DescribeLimitsInput{}
	case "DescribeTable":
		return dynamoDB, &dynamodb.DescribeTableInput{}
	case "DescribeTimeToLive":
		return dynamoDB, &dynamodb.DescribeTimeToLiveInput{}
	case "ListTables":
		return dynamoDB, &dynamodb.ListTablesInput{}
	case "ListTagsOfResource":
		return dynamoDB, &dynamodb.ListTagsOfResourceInput{}
	case "TagResource":
		return dynamoDB, &dynamodb.TagResourceInput{}
	case "UntagResource":
		return dynamoDB, &dynamodb.UntagResourceInput{}
	case "UpdateTable":
		return dynamoDB, &dynamodb.UpdateTableInput{}
	case "UpdateTimeToLive":
		return dynamoDB, &dynamodb.UpdateTimeToLiveInput{}
	}
	return "", nil
}

func newItemInput(operation string) any {
	switch operation {
	case "BatchGetItem":
		return &dynamodb.BatchGetItemInput{}
	case "BatchWriteItem":
		return &dynamodb.BatchWriteItemInput{}
	case "DeleteItem":
		return &dynamodb.DeleteItemInput{}
	case "GetItem":
		return &dynamodb.GetItemInput{}
	case "PutItem":
		return &dynamodb.PutItemInput{}
	case "Query":
		return &dynamodb.QueryInput{}
	case "Scan":
		return &dynamodb.ScanInput{}
	case "TransactGetItems":
		return &dynamodb.TransactGetItemsInput{}
	case "TransactWriteItems":
		return &dynamodb.TransactWriteItemsInput{}
	case "UpdateItem":
		return &dynamodb.UpdateItemInput{}
	}
	return nil
}

func newStreamsInput(operation string) any {
	switch operation {
	case "DescribeStream":
		return &dynamodbstreams.DescribeStreamInput{}
	case "GetRecords":
		return &dynamodbstreams.GetRecordsInput{}
	case "GetShardIterator":
		return &dynamodbstreams.GetShardIteratorInput{}
	case "ListStreams":
		return &dynamodbstreams.ListStreamsInput{}
	}
	return nil
}

// offered tells whether this operation belongs to this service.
func offered(service, operation string) bool {
	of, input := newInput(operation)
	return input != nil && of == service
}
