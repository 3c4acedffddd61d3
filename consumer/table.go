package consumer

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// TablesAPI is what the consumer needs of DynamoDB to find the stream of a
// table. A *dynamodb.Client has it.
type TablesAPI interface {
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
}

var _ TablesAPI = (*dynamodb.Client)(nil)

// What [StreamOf] finds in the way.
var (
	ErrNoTable  = errors.New("there is no such table")
	ErrNoStream = errors.New("the table writes to no stream")
)

// TableStream is the stream that a table writes to.
type TableStream struct {
	ARN string
	// Label is the last part of the ARN: "2024-09-19T10:00:00.000".
	Label string
	// ViewType says which images records have: "NEW_AND_OLD_IMAGES".
	ViewType string
}

// StreamOf finds the stream that the table writes to. A table that is deleted
// and created again, or a stream that is disabled and enabled, has a new one
// (E3); ListStreams gives old ones, too. The error wraps [ErrNoTable] or
// [ErrNoStream], or what DescribeTable answered.
func StreamOf(ctx context.Context, api TablesAPI, table string) (TableStream, error) {
	out, err := api.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	var missing *types.ResourceNotFoundException
	switch {
	case errors.As(err, &missing):
		return TableStream{}, fmt.Errorf("stream of table %s: %w: %w", table, ErrNoTable, err)
	case err != nil:
		return TableStream{}, fmt.Errorf("stream of table %s: %w", table, err)
	case out.Table == nil:
		return TableStream{}, fmt.Errorf("stream of table %s: DescribeTable answered without a description: is the endpoint DynamoDB?", table)
	}
	t := out.Table
	if t.StreamSpecification == nil || !aws.ToBool(t.StreamSpecification.StreamEnabled) || aws.ToString(t.LatestStreamArn) == "" {
		return TableStream{}, fmt.Errorf("stream of table %s: %w: enable it with a StreamSpecification, view type NEW_AND_OLD_IMAGES%s",
			table, ErrNoStream, disabled(t))
	}
	return TableStream{
		ARN: *t.LatestStreamArn, Label: aws.ToString(t.LatestStreamLabel),
		ViewType: string(t.StreamSpecification.StreamViewType),
	}, nil
}

// disabled names the stream that the table wrote to before.
func disabled(t *types.TableDescription) string {
	if old := aws.ToString(t.LatestStreamArn); old != "" {
		return "; its last one, which can still be read, was " + old
	}
	return ""
}
