package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Request is an HTTP request that a task made: an effect outside the tables.
type Request struct {
	// Task that made it, and who ran it.
	Task  trace.ID
	Actor string
	// What was sent.
	Method, URL string
	Header      http.Header
	Body        []byte
	// Status of the answer; 0 if its caller got none, for the reason in Failure.
	Status  int
	Failure string
}

// outcome is the request's in the trace: "204 No Content", or why there is none.
func (r *Request) outcome() string {
	if r.Status == 0 {
		return r.Failure
	}
	return (&HTTPStatus{r.Status}).Error()
}

// fail makes an error of Options.Decide its answer.
func (r *Request) fail(err error) {
	if status := (*HTTPStatus)(nil); errors.As(err, &status) {
		r.Status = status.Code
		return
	}
	r.Failure = outcome(err)
}

// HTTPStatus is what [Options].Decide returns to answer an HTTP request with a
// status and an empty body. Any other error of it is that of a connection.
type HTTPStatus struct{ Code int }

// Error names the status: "503 Service Unavailable".
func (s *HTTPStatus) Error() string { return fmt.Sprintf("%d %s", s.Code, http.StatusText(s.Code)) }

// HTTP is the actor's way to speak HTTP. A request stops at the gate as an AWS
// call does and belongs to the task that the actor runs; [Options].HTTP answers
// it in this process, and nothing leaves. Redirects and cookies are for the
// caller, as with any client.
//
// A deadline of the request's own stands still while it waits at the gate, as that
// of its task does. A request that was let through is counted until its answer is
// there, whatever its caller does.
func (a *Actor) HTTP() *http.Client {
	answer := a.gate.options.HTTP
	if answer == nil {
		answer = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	}
	return &http.Client{Transport: &outside{actor: a, send: &transport{gate: a.gate, next: inProcess{answer}}}}
}

// outside is the http.RoundTripper of an actor.
type outside struct {
	actor *Actor
	send  *transport
}

// RoundTrip implements http.RoundTripper.
func (o *outside) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx := request.Context()
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	c := newCall(o.actor.taskOf(ctx), request.Method, subject{key: request.URL.String()})
	c.request = &Request{Method: request.Method, URL: request.URL.String(), Header: request.Header.Clone(), Body: body}
	if c.task == nil {
		return nil, o.actor.gate.enter(ctx, c) // refused
	}
	waits, release := patient(ctx, c.task.deadline)
	defer release()
	left, limited := leftOf(ctx, c.task.deadline.clock())
	err = o.actor.gate.enter(waits, c)
	if status := (*HTTPStatus)(nil); errors.As(err, &status) {
		return (&recorder{status: status.Code}).response(request), nil
	}
	if err != nil {
		return nil, err
	}
	if limited {
		var cancel context.CancelFunc
		waits, cancel = context.WithTimeout(waits, left)
		defer cancel()
	}
	sent := request.Clone(context.WithValue(waits, callKey{}, c))
	sent.Body = io.NopCloser(bytes.NewReader(body))
	response, err := o.send.Do(sent)
	c.answered(response, err)
	o.actor.gate.leave(waits, c)
	if response != nil {
		response.Request = request
	}
	return response, err
}

// bodyOf reads and closes the body of a request, as a RoundTripper has to.
func bodyOf(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	defer request.Body.Close()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, fmt.Errorf("gate: read request body: %w", err)
	}
	return body, nil
}

// patient ends when a task does, and when somebody takes ctx back; not when a
// deadline of ctx passes.
func patient(ctx context.Context, task *deadline) (waits context.Context, release func()) {
	waits, cancel := context.WithCancel(task)
	detach := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			cancel()
		}
	})
	return waits, func() { detach(); cancel() }
}

// leftOf is how much time ctx has from now on.
func leftOf(ctx context.Context, now time.Time) (left time.Duration, limited bool) {
	at, limited := ctx.Deadline()
	if !limited {
		return 0, false
	}
	return at.Sub(now), true
}

// answered notes how a request ended for its caller.
func (c *call) answered(response *http.Response, err error) {
	if err != nil {
		c.request.Failure = outcome(err)
	} else {
		c.request.Status = response.StatusCode
	}
	c.returned(err)
}

// asked tells Options.Requested of a request that was let through or answered by
// a fault, in the order of the grants.
func (g *Gate) asked(c *call) {
	if c.request == nil || g.options.Requested == nil {
		return
	}
	r := *c.request
	r.Task, r.Actor = c.task.ID, c.task.Actor.name
	g.options.Requested(r)
}

// inProcess is an aws.HTTPClient whose server is a handler.
type inProcess struct{ handler http.Handler }

// Do implements aws.HTTPClient. A handler that panics breaks the connection, as
// net/http's server does.
func (p inProcess) Do(request *http.Request) (response *http.Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			response, err = nil, fmt.Errorf("connection reset: the handler of Project.HTTP panicked: %v", v)
		}
	}()
	if request.Body == nil {
		request.Body = http.NoBody
	}
	if request.Host == "" {
		request.Host = request.URL.Host
	}
	request.RequestURI = request.URL.RequestURI()
	w := &recorder{}
	p.handler.ServeHTTP(w, request)
	return w.response(request), nil
}

// recorder is an http.ResponseWriter that keeps the response.
type recorder struct {
	header http.Header
	status int // 0: none was written yet
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header {
	if r.header == nil {
		r.header = http.Header{}
	}
	return r.header
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(p)
}

func (r *recorder) response(request *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: (&HTTPStatus{r.status}).Error(), StatusCode: r.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.Header(), ContentLength: int64(r.body.Len()), Body: io.NopCloser(&r.body), Request: request,
	}
}
