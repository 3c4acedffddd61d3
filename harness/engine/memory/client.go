package memory

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// Client has the methods of *dynamodb.Client over a database: for handlers that
// depend on interfaces. Options are for what is sent, so they are ignored.
type Client struct{ db *Database }

// NewClient returns a client of db.
func NewClient(db *Database) *Client { return &Client{db} }

// call makes a call whose output has a type.
func call[T any](ctx context.Context, db *Database, input any) (T, error) {
	out, err := db.Do(ctx, input)
	if err != nil {
		var none T
		return none, err
	}
	return out.(T), nil
}

// GetItem is the API's.
func (c *Client) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return call[*dynamodb.GetItemOutput](ctx, c.db, in)
}

// PutItem is the API's.
func (c *Client) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return call[*dynamodb.PutItemOutput](ctx, c.db, in)
}

// UpdateItem is the API's.
func (c *Client) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	return call[*dynamodb.UpdateItemOutput](ctx, c.db, in)
}

// DeleteItem is the API's.
func (c *Client) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	return call[*dynamodb.DeleteItemOutput](ctx, c.db, in)
}

// Query is the API's.
func (c *Client) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return call[*dynamodb.QueryOutput](ctx, c.db, in)
}

// Scan is the API's.
func (c *Client) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return call[*dynamodb.ScanOutput](ctx, c.db, in)
}

// BatchGetItem is the API's.
func (c *Client) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return call[*dynamodb.BatchGetItemOutput](ctx, c.db, in)
}

// BatchWriteItem is the API's.
func (c *Client) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	return call[*dynamodb.BatchWriteItemOutput](ctx, c.db, in)
}

// TransactGetItems is the API's.
func (c *Client) TransactGetItems(ctx context.Context, in *dynamodb.TransactGetItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactGetItemsOutput, error) {
	return call[*dynamodb.TransactGetItemsOutput](ctx, c.db, in)
}

// TransactWriteItems is the API's.
func (c *Client) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return call[*dynamodb.TransactWriteItemsOutput](ctx, c.db, in)
}

// CreateTable is the API's.
func (c *Client) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return call[*dynamodb.CreateTableOutput](ctx, c.db, in)
}

// DescribeTable is the API's.
func (c *Client) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return call[*dynamodb.DescribeTableOutput](ctx, c.db, in)
}

// UpdateTable is the API's.
func (c *Client) UpdateTable(ctx context.Context, in *dynamodb.UpdateTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error) {
	return call[*dynamodb.UpdateTableOutput](ctx, c.db, in)
}

// DeleteTable is the API's.
func (c *Client) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	return call[*dynamodb.DeleteTableOutput](ctx, c.db, in)
}

// ListTables is the API's.
func (c *Client) ListTables(ctx context.Context, in *dynamodb.ListTablesInput, _ ...func(*dynamodb.Options)) (*dynamodb.ListTablesOutput, error) {
	return call[*dynamodb.ListTablesOutput](ctx, c.db, in)
}

// UpdateTimeToLive is the API's.
func (c *Client) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return call[*dynamodb.UpdateTimeToLiveOutput](ctx, c.db, in)
}

// DescribeTimeToLive is the API's.
func (c *Client) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return call[*dynamodb.DescribeTimeToLiveOutput](ctx, c.db, in)
}

// TagResource is the API's.
func (c *Client) TagResource(ctx context.Context, in *dynamodb.TagResourceInput, _ ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error) {
	return call[*dynamodb.TagResourceOutput](ctx, c.db, in)
}

// UntagResource is the API's.
func (c *Client) UntagResource(ctx context.Context, in *dynamodb.UntagResourceInput, _ ...func(*dynamodb.Options)) (*dynamodb.UntagResourceOutput, error) {
	return call[*dynamodb.UntagResourceOutput](ctx, c.db, in)
}

// ListTagsOfResource is the API's.
func (c *Client) ListTagsOfResource(ctx context.Context, in *dynamodb.ListTagsOfResourceInput, _ ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error) {
	return call[*dynamodb.ListTagsOfResourceOutput](ctx, c.db, in)
}

// StreamsClient has the methods of *dynamodbstreams.Client over a database.
type StreamsClient struct{ db *Database }

// NewStreamsClient returns a client of the streams of db.
func NewStreamsClient(db *Database) *StreamsClient { return &StreamsClient{db} }

// DescribeStream is the API's.
func (c *StreamsClient) DescribeStream(ctx context.Context, in *dynamodbstreams.DescribeStreamInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.DescribeStreamOutput, error) {
	return call[*dynamodbstreams.DescribeStreamOutput](ctx, c.db, in)
}

// GetShardIterator is the API's.
func (c *StreamsClient) GetShardIterator(ctx context.Context, in *dynamodbstreams.GetShardIteratorInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetShardIteratorOutput, error) {
	return call[*dynamodbstreams.GetShardIteratorOutput](ctx, c.db, in)
}

// GetRecords is the API's.
func (c *StreamsClient) GetRecords(ctx context.Context, in *dynamodbstreams.GetRecordsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.GetRecordsOutput, error) {
	return call[*dynamodbstreams.GetRecordsOutput](ctx, c.db, in)
}

// ListStreams is the API's.
func (c *StreamsClient) ListStreams(ctx context.Context, in *dynamodbstreams.ListStreamsInput, _ ...func(*dynamodbstreams.Options)) (*dynamodbstreams.ListStreamsOutput, error) {
	return call[*dynamodbstreams.ListStreamsOutput](ctx, c.db, in)
}
