package sqslocal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Server is an [Endpoint] on a port of the loopback.
type Server struct {
	*Endpoint
	url    string
	server *http.Server
	served chan struct{} // closed when the server's goroutine is gone

	mu     sync.Mutex
	closed bool
	calls  sync.WaitGroup // open calls; added to under mu, never once closed
}

// Start returns an endpoint on a free port of 127.0.0.1. It runs until Close;
// ctx bounds only the start.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sqslocal: start: %w", err)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sqslocal: start: %w", err)
	}
	s := &Server{Endpoint: New(o), url: "http://" + listener.Addr().String(), served: make(chan struct{})}
	s.server = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}
	// A kept-alive connection would be a goroutine in the client that outlives us.
	s.server.SetKeepAlivesEnabled(false)
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // ends with ErrServerClosed, by Close
	}()
	return s, nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	s.calls.Add(1)
	s.mu.Unlock()
	defer s.calls.Done()
	s.ServeHTTP(w, r)
}

// URL is where the endpoint is: "http://127.0.0.1:40123".
func (s *Server) URL() string { return s.url }

// QueueURL is the URL of a queue, as on_failure may have it.
func (s *Server) QueueURL(name string) string {
	return s.url + "/" + s.options.Account + "/" + name
}

// Config is the configuration of a client of the endpoint: region, endpoint,
// and credentials that mean nothing anywhere else.
func (s *Server) Config() aws.Config { return s.config(s.url) }

// Close ends the endpoint and the calls that wait in it, and returns when all of
// them are gone. What is in the queues can still be looked at. Calling it again
// does nothing.
func (s *Server) Close() error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	err := s.server.Close()
	<-s.served
	s.calls.Wait()
	if err != nil {
		return fmt.Errorf("sqslocal: close: %w", err)
	}
	return nil
}

// inProcess is an HTTP client whose only host is an endpoint.
type inProcess struct{ endpoint *Endpoint }

// Do has the endpoint answer the request, in the caller's goroutine.
func (p inProcess) Do(r *http.Request) (response *http.Response, err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler:
			response, err = nil, fmt.Errorf("sqslocal: connection broken: %w", io.ErrUnexpectedEOF)
		default:
			panic(v)
		}
	}()
	served := r.Clone(r.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	if served.Host == "" {
		served.Host = r.URL.Host
	}
	w := &recorder{header: http.Header{}}
	p.endpoint.ServeHTTP(w, served)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, ContentLength: int64(w.body.Len()), Body: io.NopCloser(&w.body), Request: r,
	}, nil
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header         { return w.header }
func (w *recorder) WriteHeader(status int)      { w.status = status }
func (w *recorder) Write(b []byte) (int, error) { return w.body.Write(b) }
