package consumer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
)

// TrimmedError says that records were lost: the stream has trimmed the place of
// a reader, so what followed it may be gone, too. It is met by a consumer that
// stood still for 24 hours. [Reader.ResumeAtHorizon] goes on with what is left.
type TrimmedError struct {
	ShardID string
	// After is the sequence number of the last record that was read: the gap
	// reaches from there to the first record that is still in the shard.
	After string
	// Err is the answer of the service.
	Err error
}

func (e *TrimmedError) Error() string {
	return fmt.Sprintf("shard %s, after %s: %v: that record is not in the shard any more, and what followed it may be lost: ResumeAtHorizon goes on with what is left",
		e.ShardID, e.After, e.Err)
}

// Unwrap gives the answer of the service.
func (e *TrimmedError) Unwrap() error { return e.Err }

// GoneError says that the stream or the shard does not exist, or not any more:
// a shard goes 24 hours after it was closed, a stream 24 hours after it was
// disabled or its table deleted; and everything goes with a DynamoDB Local in
// memory that is started anew.
type GoneError struct {
	StreamARN string
	// ShardID is "" where the stream was asked for.
	ShardID string
	// Err is the answer of the service.
	Err error
}

func (e *GoneError) Error() string {
	if e.ShardID == "" {
		return fmt.Sprintf("stream %s: %v: describe the table for its latest stream", e.StreamARN, e.Err)
	}
	return fmt.Sprintf("shard %s of stream %s: %v: list the shards of the stream again", e.ShardID, e.StreamARN, e.Err)
}

// Unwrap gives the answer of the service.
func (e *GoneError) Unwrap() error { return e.Err }

// Transient tells whether an error of the Streams API, or of DescribeTable,
// goes away by itself, so that the same call is worth repeating later: throttling,
// a fault of the server, a connection that cannot be made or breaks. It is not
// if the context of the call ended, nor if the service refuses the request, nor
// with a [TrimmedError] or a [GoneError].
func Transient(err error) bool {
	var trimmed *TrimmedError
	var gone *GoneError
	var noAnswer *noAnswerError
	switch {
	case err == nil || late(err) || errors.As(err, &trimmed) || errors.As(err, &gone):
		return false
	case errors.As(err, &noAnswer) || dead(err) || serverFault(err) || connectionLost(err):
		return true
	}
	return retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary
}

// Throttled tells the transient errors that ask for fewer calls: more than two
// readers of a shard, more than ten DescribeStream a second (section 3 of the
// Lambda reference).
func Throttled(err error) bool {
	return retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorRetryable(err) == aws.TrueTernary
}

// late tells whether the deadline of the context has passed; that it was canceled
// the SDK tells itself. A timeout of the HTTP client says that it is a
// context.DeadlineExceeded, too, but is none.
func late(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err == context.DeadlineExceeded {
			return true
		}
	}
	return false
}

func serverFault(err error) bool {
	var answer interface{ HTTPStatusCode() int }
	var api smithy.APIError
	return errors.As(err, &answer) && answer.HTTPStatusCode() >= 500 ||
		errors.As(err, &api) && api.ErrorFault() == smithy.FaultServer
}

// connectionLost tells two errors that the SDK does not repeat: an answer cut
// short, and a host name that is not known yet.
func connectionLost(err error) bool {
	var dns *net.DNSError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &dns)
}

// dead tells the two errors that say "take a new iterator", not "broken":
// it expired, or it was taken while the shard was empty (DynamoDB Local). That one
// says the same of a sequence number that no record has (our measurement).
func dead(err error) bool {
	var expired *types.ExpiredIteratorException
	return errors.As(err, &expired) || trimmed(err)
}

func trimmed(err error) bool {
	var trimmed *types.TrimmedDataAccessException
	return errors.As(err, &trimmed)
}

// notFound tells a table, stream or shard that does not exist: DynamoDB Local says
// so of an invalid shard id, too (our measurement).
func notFound(err error) bool {
	var notFound *types.ResourceNotFoundException
	return errors.As(err, &notFound)
}
