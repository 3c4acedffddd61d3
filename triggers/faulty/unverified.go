package faulty

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// errWritten ends the computation of a finding after its write, before it is verified.
var errWritten = errors.New("written")

// unverified keeps the trigger from looking again after it wrote; [except] takes the
// error away.
type unverified struct{ DynamoDB }

func (c unverified) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if _, err := c.DynamoDB.UpdateItem(ctx, in, o...); err != nil {
		return nil, err
	}
	return nil, errWritten
}

// unconditional drops the condition of every update, with its placeholders: those that
// no expression uses are refused.
type unconditional struct{ DynamoDB }

func (c unconditional) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, o ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	in.ConditionExpression = nil
	for name := range in.ExpressionAttributeNames {
		if !strings.Contains(*in.UpdateExpression, name) {
			delete(in.ExpressionAttributeNames, name)
		}
	}
	for name := range in.ExpressionAttributeValues {
		if !strings.Contains(*in.UpdateExpression, name) {
			delete(in.ExpressionAttributeValues, name)
		}
	}
	return c.DynamoDB.UpdateItem(ctx, in, o...)
}

// except is an error without those of its joined parts that are the excepted one.
func except(excepted, err error) error {
	if parts, ok := err.(interface{ Unwrap() []error }); ok {
		var rest []error
		for _, part := range parts.Unwrap() {
			rest = append(rest, except(excepted, part))
		}
		return errors.Join(rest...)
	}
	if errors.Is(err, excepted) {
		return nil
	}
	return err
}
