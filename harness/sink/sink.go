package sink

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Sink is the local endpoint that answers every AWS client of this process which
// the harness did not give. Its methods may be called by several goroutines.
type Sink struct {
	url    string
	env    environment
	server *http.Server
	served chan struct{} // closed when the server's goroutine is gone

	mu          sync.Mutex
	closed      bool
	calls       sync.WaitGroup // open calls; added to under mu, never once closed
	next        int            // the next key of running and subscribers
	running     map[int]string
	subscribers map[int]*subscriber
}

// Isolate shuts the way out of this process: from here until Close a client that
// is built from the environment has dummy credentials and no endpoint but the sink.
// ctx bounds only the start. One sink may be open in a process at a time; a second
// Isolate is an error. The environment belongs to the whole process, so Isolate and
// Close must not run at the same time as code that reads it: have one owner call
// them, before the first handler is built and after the last one ended.
func Isolate(ctx context.Context) (*Sink, error) {
	s, err := isolate(ctx)
	if err != nil {
		return nil, fmt.Errorf("sink: isolate: %w", err)
	}
	return s, nil
}

func isolate(ctx context.Context) (*Sink, error) {
	if err := errors.Join(ctx.Err(), checkOwner()); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{
		url:         "http://" + listener.Addr().String(),
		served:      make(chan struct{}),
		running:     map[int]string{},
		subscribers: map[int]*subscriber{},
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer), ReadHeaderTimeout: time.Minute}
	// A kept-alive connection would be a goroutine in the client that outlives us.
	s.server.SetKeepAlivesEnabled(false)
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // ends with ErrServerClosed, by Close
	}()
	if s.env, err = shut(s.url); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// URL is the endpoint of the sink ("http://127.0.0.1:40123").
func (s *Sink) URL() string { return s.url }

// Run says that an invocation runs until done is called. Its name starts with that
// of its trigger ("indicators i7"). Calls are blamed on whoever runs.
func (s *Sink) Run(name string) (done func()) {
	key := s.register(func(key int) { s.running[key] = name })
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.running, key)
	}
}

// OnStray has f called for every stray call, one at a time, before the call is
// answered: when a handler sees the error, f has returned. After cancel has
// returned f is not called any more; f must not call cancel itself.
func (s *Sink) OnStray(f func(Stray)) (cancel func()) {
	sub := &subscriber{f: f}
	key := s.register(func(key int) { s.subscribers[key] = sub })
	return func() {
		s.mu.Lock()
		delete(s.subscribers, key)
		s.mu.Unlock()
		sub.cancel()
	}
}

// Close gives the process its environment back, exactly as it was at Isolate, and
// ends the sink. Clients built in between keep an endpoint that no one answers. It
// waits for callbacks that run; calling it again does nothing.
func (s *Sink) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	err := errors.Join(s.env.restore(), s.server.Close())
	<-s.served
	s.calls.Wait()
	if err != nil {
		return fmt.Errorf("sink: close: %w", err)
	}
	return nil
}

// register stores something under a fresh key.
func (s *Sink) register(store func(key int)) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	store(s.next)
	return s.next
}

// answer serves one stray call.
func (s *Sink) answer(w http.ResponseWriter, r *http.Request) {
	suspects, subscribers, open := s.enter()
	if !open {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	defer s.calls.Done()
	call := read(r)
	message := blame(suspects)
	stray := Stray{
		Service:   call.service,
		Operation: call.operation,
		Suspects:  strings.Join(suspects, ", "),
		Message:   message,
	}
	for _, sub := range subscribers {
		sub.tell(stray)
	}
	call.refuse(w, message)
}

// enter opens a call and tells who was running at that moment, sorted, and whom to
// tell, oldest first.
func (s *Sink) enter() (suspects []string, subscribers []*subscriber, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, false
	}
	s.calls.Add(1)
	suspects = slices.Sorted(maps.Values(s.running))
	for _, key := range slices.Sorted(maps.Keys(s.subscribers)) {
		subscribers = append(subscribers, s.subscribers[key])
	}
	return suspects, subscribers, true
}
