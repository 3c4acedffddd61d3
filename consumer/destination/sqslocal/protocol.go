package sqslocal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// maxRequest bounds what is read of a request: the largest message, each byte of
// which JSON may escape with six, and room for the rest.
const maxRequest = 8 << 20

// call is what an operation knows beside its input.
type call struct {
	context.Context
	base string // of the URLs in the answer: "http://127.0.0.1:40123"
}

// operation reads its input from JSON and returns its output.
type operation func(c call, input []byte) (any, error)

// operation returns the one of a name.
func (e *Endpoint) operation(name string) (operation, bool) {
	switch name {
	case "CreateQueue":
		return reading(e.createQueue), true
	case "DeleteQueue":
		return reading(e.deleteQueue), true
	case "GetQueueUrl":
		return reading(e.getQueueURL), true
	case "ListQueues":
		return reading(e.listQueues), true
	case "GetQueueAttributes":
		return reading(e.getQueueAttributes), true
	case "PurgeQueue":
		return reading(e.purgeQueue), true
	case "SendMessage":
		return reading(e.sendMessage), true
	case "ReceiveMessage":
		return reading(e.receiveMessage), true
	case "DeleteMessage":
		return reading(e.deleteMessage), true
	}
	return nil, false
}

// reading makes an operation of a method. A member that the method does not know
// is refused, since it could not be honoured.
func reading[In any](do func(call, In) (any, error)) operation {
	return func(c call, input []byte) (any, error) {
		var in In
		d := json.NewDecoder(bytes.NewReader(input))
		d.DisallowUnknownFields()
		err := d.Decode(&in)
		if err == nil {
			return do(c, in)
		}
		if member, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
			return nil, unsupported("The parameter " + member + " is not supported by this endpoint.")
		}
		return nil, refusal{shape: "SerializationException", message: err.Error()}
	}
}

// ServeHTTP answers one call. Where a [Fault] breaks the connection it panics
// with [http.ErrAbortHandler], as handlers do; [Endpoint.Config] turns that into
// an error.
func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	w.Header().Set("X-Amzn-Requestid", uuid(e.requests))
	e.mu.Unlock()
	name, spoken := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	if r.Method != http.MethodPost || !spoken {
		unsupported("This endpoint speaks AWS JSON 1.0 only: POST with X-Amz-Target AmazonSQS.<operation>.").(refusal).write(w)
		return
	}
	answer, err := e.answer(name, r)
	var refused refusal
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, answer)
	case errors.As(err, &refused):
		refused.write(w)
	default:
		panic(http.ErrAbortHandler)
	}
}

// answer does what a request asks, or what [Endpoint.FailNext] planned instead.
// An error that is no refusal breaks the connection.
func (e *Endpoint) answer(name string, r *http.Request) (any, error) {
	do, known := e.operation(name)
	if !known {
		return nil, refusal{shape: "UnknownOperationException", query: "InvalidAction",
			message: "The action " + name + " is not valid for this endpoint."}
	}
	input, err := io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
	if err != nil {
		return nil, err
	}
	if len(input) > maxRequest {
		return nil, refusal{shape: "RequestEntityTooLargeException", status: http.StatusRequestEntityTooLarge, message: "The request is too large."}
	}
	planned, fails := e.planned(name)
	if fails && !planned.after() {
		return nil, planned.err()
	}
	answer, err := do(call{r.Context(), "http://" + r.Host}, input)
	if fails {
		return nil, planned.err()
	}
	return answer, err
}
