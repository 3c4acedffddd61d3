package streamscript

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
)

// Throttled is the answer to too many calls.
func Throttled() error {
	return &types.LimitExceededException{Message: aws.String("Rate exceeded for shard")}
}

// ServerError is the answer of a service with a fault of its own.
func ServerError() error {
	return &types.InternalServerError{Message: aws.String("The request processing has failed")}
}

// Disconnected is a connection that breaks before the answer.
func Disconnected() error {
	return errors.New("connection reset by peer")
}

func horizon() error {
	return &types.TrimmedDataAccessException{Message: aws.String("The operation attempted to read past the oldest stream record in a shard")}
}

func missing(message string) error {
	return &types.ResourceNotFoundException{Message: &message}
}

func invalid(message string) error {
	return &smithy.GenericAPIError{Code: "ValidationException", Message: message, Fault: smithy.FaultClient}
}
