package sink

import (
	"context"
	"errors"
)

// Sink answers every AWS client of this process that the harness did not give.
type Sink struct{}

// Stray is one call that a client made which the harness did not give.
type Stray struct {
	// Service is the name that the request was signed for ("dynamodb").
	Service string
	// Operation is the API operation ("GetItem"), for REST services the method and
	// path ("PUT /bucket/key").
	Operation string
	// Suspects are the invocations that were running, sorted, joined by ", "; one
	// of them made the call. Empty: none was running.
	Suspects string
	// Message is what the client was told.
	Message string
}

// Isolate starts a sink and makes it the only AWS endpoint of this process.
func Isolate(ctx context.Context) (*Sink, error) { return nil, errors.New("not yet") }

// URL is the endpoint.
func (s *Sink) URL() string { return "" }

// Run registers a running invocation.
func (s *Sink) Run(name string) (done func()) { return func() {} }

// OnStray calls f for every stray call before it is answered.
func (s *Sink) OnStray(f func(Stray)) (cancel func()) { return func() {} }

// Close restores the environment.
func (s *Sink) Close() error { return nil }
