package wire

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aws/smithy-go"
)

// maxBody is how long a request may be, in bytes: 16 MB as a whole ("Quotas in
// Amazon DynamoDB": BatchWriteItem), more than any request that is valid.
const maxBody = 16 << 20

const contentType = "application/x-amz-json-1.0"

// Caller is who sends a request, by the credential scope of its signature, which
// nobody verifies. DynamoDB Local keeps a database for each Caller.
type Caller struct {
	AccessKey string
	Region    string
}

// Dispatch answers a request: input is a pointer to an input struct of the SDK's
// packages dynamodb or dynamodbstreams, output one to the output struct. Errors
// are those that the SDK would return to its caller; any other error is answered
// as an InternalServerError. It is called from many goroutines.
type Dispatch func(ctx context.Context, caller Caller, input any) (output any, err error)

// Handler serves the protocol. GET and HEAD answer "healthy" without credentials,
// as the service does, whatever the path.
func Handler(dispatch Dispatch) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("x-amzn-RequestId", rand.Text()+rand.Text())
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			header.Set("Content-Type", "text/plain")
			send(w, http.StatusOK, []byte("healthy: "+r.Host+"\n"))
		case http.MethodPost:
			header.Set("Content-Type", contentType)
			output, err := answer(r, dispatch)
			if err != nil {
				send(w, statusOf(err), EncodeError(err))
				return
			}
			body, err := Encode(output)
			if err != nil {
				send(w, statusOf(err), EncodeError(err))
				return
			}
			send(w, http.StatusOK, body)
		default:
			header.Set("Content-Type", contentType)
			send(w, http.StatusNotFound, EncodeError(unknownOperation()))
		}
	})
}

// send writes a response with its checksum, which SDK clients verify.
func send(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("x-amz-crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10))
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have left: there is nobody to tell
}

// answer reads a request and has it answered. The order of the checks is the
// service's: the operation, then the credentials, then the body.
func answer(r *http.Request, dispatch Dispatch) (output any, err error) {
	service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if !offered(service, operation) {
		return nil, unknownOperation()
	}
	caller, err := callerOf(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, failure("RequestEntityTooLarge", "Request size exceeds %d bytes", maxBody)
	}
	if err != nil {
		return nil, serialization("the request broke off: %v", err)
	}
	input, err := Decode(operation, body)
	if err != nil {
		return nil, err
	}
	return guarded(r.Context(), caller, input, dispatch)
}

// guarded turns a panic into an answer: one request must not end what other
// clients and other tests use.
func guarded(ctx context.Context, caller Caller, input any, dispatch Dispatch) (output any, err error) {
	defer func() {
		if defect := recover(); defect != nil {
			err = &smithy.GenericAPIError{Code: internalServerError, Fault: smithy.FaultServer,
				Message: fmt.Sprintf("a defect of the memory engine, please report it: %T: %v", input, defect)}
		}
	}()
	return dispatch(ctx, caller, input)
}
