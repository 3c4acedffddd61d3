package memory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// answerSDK adds to a configuration what answers the calls of its clients by Do.
// It stands last in the SDK's first step: behind the checks of the client and
// behind the gate's, before anything is serialised. Calls of other services go on
// to where they would.
func (db *Database) answerSDK(config *aws.Config) {
	retryer := config.Retryer
	config.APIOptions = append(config.APIOptions[:len(config.APIOptions):len(config.APIOptions)], func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("StillwaterMemory", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
			if !ours(in.Parameters) {
				return next.HandleInitialize(ctx, in)
			}
			out.Result, err = db.attempt(ctx, in.Parameters, retryer)
			return out, metadata, err
		}), middleware.After)
	})
}

// ours tells calls of DynamoDB and its streams from those of other services.
func ours(input any) bool {
	name := fmt.Sprintf("%T", input)
	return strings.HasPrefix(name, "*dynamodb.") || strings.HasPrefix(name, "*dynamodbstreams.")
}

// attempt makes a call as often as the SDK would, without its pauses: nothing is
// gained by waiting for what was told to fail.
func (db *Database) attempt(ctx context.Context, input any, retryer func() aws.Retryer) (any, error) {
	left, retry := 1, func(error) bool { return false }
	if retryer != nil {
		r := retryer()
		left, retry = max(1, r.MaxAttempts()), r.IsErrorRetryable
	}
	for {
		out, err := db.Do(ctx, input)
		if err == nil {
			return out, nil
		}
		err = response(ctx, err)
		if left--; left == 0 || !retry(err) {
			return nil, err
		}
	}
}

// response wraps an error as one that came in an answer.
func response(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &aws.RequestCanceledError{Err: err}
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return err
	}
	status := http.StatusBadRequest
	if api.ErrorFault() == smithy.FaultServer {
		status = http.StatusInternalServerError
	}
	return &awshttp.ResponseError{RequestID: "MEMORY", ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody}}, Err: err,
	}}
}
