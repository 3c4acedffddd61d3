package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// FenceTable is the private table that fences write to. It belongs in no fixture and no snapshot.
const FenceTable = "stillwater_fence"

const fenceKey = "id"

// Fence tells how much was written to a database: each mark is one write whose sequence number is the value of the
// database's counter. Two consecutive marks exactly one apart prove that nothing was written in between
// (design.md, "Quiescence"; reference/dynamodb-local.md section 5).
//
// A Fence may be used from several goroutines; its marks are taken one after another. Calls may be repeated by the SDK
// where a connection breaks (one in some 50,000 through Docker's proxy, measured): a mark that was written already is
// then written again unchanged, which counts nothing.
type Fence struct {
	db     *dynamodb.Client
	tail   *tail
	prefix string // keeps the marks of two fences on one database apart

	mu    sync.Mutex
	marks int
}

// NewFence creates [FenceTable], or joins the one that is there, and writes a first item. Only then does it take its
// iterator: one taken on an empty shard would die with the next write to any other table (dynamodb-local.md section 4).
func NewFence(ctx context.Context, cfg aws.Config) (*Fence, error) {
	f := &Fence{db: dynamodb.NewFromConfig(cfg), prefix: rand.Text()}
	arn, err := streamedTable(ctx, f.db, FenceTable, fenceKey)
	if err != nil {
		return nil, fmt.Errorf("fence: %w", err)
	}
	if err := f.put(ctx, f.id()); err != nil {
		return nil, fmt.Errorf("fence: %w", err)
	}
	if f.tail, err = newTail(ctx, dynamodbstreams.NewFromConfig(cfg), arn); err != nil {
		return nil, fmt.Errorf("fence: %w", err)
	}
	return f, nil
}

// Mark writes a fresh item, reads its record and returns its sequence number: the number of item mutations of the
// database up to and including this one. A record that is not readable at once is a [BrokenError]: on such an endpoint
// fences prove nothing.
func (f *Fence) Mark(ctx context.Context) (uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.marks++
	id := f.id()
	if err := f.put(ctx, id); err != nil {
		return 0, fmt.Errorf("fence: %w", err)
	}
	for {
		records, err := f.tail.read(ctx)
		if err != nil {
			return 0, fmt.Errorf("fence: %w", err)
		}
		if len(records) == 0 {
			return 0, broken(Visibility, "the record of a fence was not there when its write had returned")
		}
		for _, record := range records {
			if key, ok := record.Dynamodb.Keys[fenceKey].(*streamtypes.AttributeValueMemberS); ok && key.Value == id {
				return sequence(record)
			}
		}
	}
}

func (f *Fence) id() string { return f.prefix + strconv.Itoa(f.marks) }

func (f *Fence) put(ctx context.Context, id string) error {
	_, err := f.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(FenceTable),
		Item:      map[string]types.AttributeValue{fenceKey: &types.AttributeValueMemberS{Value: id}},
	})
	return err
}

// streamedTable creates a table with one string key and a stream of keys, and returns the stream's ARN. A table that
// exists is taken as it is.
func streamedTable(ctx context.Context, db *dynamodb.Client, name, key string) (string, error) {
	out, err := db.CreateTable(ctx, tableInput(name, key, &types.StreamSpecification{
		StreamEnabled:  aws.Bool(true),
		StreamViewType: types.StreamViewTypeKeysOnly,
	}))
	if exists := (*types.ResourceInUseException)(nil); errors.As(err, &exists) {
		old, err := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)})
		if err != nil {
			return "", fmt.Errorf("table %s: %w", name, err)
		}
		return streamARN(name, old.Table)
	}
	if err != nil {
		return "", fmt.Errorf("table %s: %w", name, err)
	}
	return streamARN(name, out.TableDescription)
}

func streamARN(name string, table *types.TableDescription) (string, error) {
	if table == nil || table.LatestStreamArn == nil {
		return "", fmt.Errorf("table %s: no stream came with the table: this endpoint does not stream, or not at once", name)
	}
	return *table.LatestStreamArn, nil
}

func tableInput(name, key string, stream *types.StreamSpecification) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(key), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(key), KeyType: types.KeyTypeHash}},
		StreamSpecification:  stream,
	}
}

// sequence is a record's sequence number as an integer. DynamoDB Local pads it to 21 digits.
func sequence(record streamtypes.Record) (uint64, error) {
	text := aws.ToString(record.Dynamodb.SequenceNumber)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, broken(DenseCounter, fmt.Sprintf("sequence number %q is not a small integer", text))
	}
	return n, nil
}
