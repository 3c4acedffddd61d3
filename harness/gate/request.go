package gate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/pprof"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// transport sends requests that nobody can take back. When a context ends, the
// SDK returns at once, yet the server may still commit the write: 33 of 300
// verdicts were wrong in a trial that counted only handlers. So a request that
// was sent runs to its answer; its caller is told of the cancellation, and the
// call stays in flight.
type transport struct {
	gate *Gate
	next aws.HTTPClient
}

type answer struct {
	response *http.Response
	err      error
}

// Do implements aws.HTTPClient.
func (t *transport) Do(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return nil, fmt.Errorf("gate: %s %s: the client's middleware was removed, so the call cannot be tied to its invocation: make clients from Environment.AWS with NewFromConfig", request.Method, request.URL.Path)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	detached, err := detach(request)
	if err != nil {
		return nil, err
	}
	c.add(1)
	t.gate.fly(1)
	answers := make(chan answer, 1)
	go func() {
		// Not a goroutine of the handler: neither it nor the connections it opens
		// must count as left behind.
		pprof.SetGoroutineLabels(context.Background())
		response, err := t.send(detached)
		answers <- answer{response, err}
		t.gate.fly(-1)
		c.add(-1)
	}()
	select {
	case a := <-answers:
		return a.response, a.err
	case <-ctx.Done():
	}
	select {
	case a := <-answers: // both at once: what is there counts
		return a.response, a.err
	default:
		return nil, ctx.Err()
	}
}

// send waits for the whole response: a body is read before the call ends.
func (t *transport) send(request *http.Request) (*http.Response, error) {
	response, err := t.next.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("gate: read response: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// detach copies a request so that neither its context nor its body, which the
// SDK rewinds for a retry, is shared with the caller.
func detach(request *http.Request) (*http.Request, error) {
	clone := request.Clone(context.WithoutCancel(request.Context()))
	if request.Body == nil || request.Body == http.NoBody {
		return clone, nil
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, fmt.Errorf("gate: read request body: %w", err)
	}
	clone.Body = io.NopCloser(bytes.NewReader(body))
	clone.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	clone.ContentLength = int64(len(body))
	return clone, nil
}
