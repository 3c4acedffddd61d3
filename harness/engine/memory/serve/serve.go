package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/wire"
)

// DefaultAddress is that of DynamoDB Local, on this computer only.
const DefaultAddress = "127.0.0.1:8000"

// Bounds of one connection. Requests are small and answered at once; a client
// that does not go on is in nobody's interest.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	farewell      = 5 * time.Second // for requests that are being answered when Serve ends
)

// ErrPublic is matched by the refusal of an address that others can reach.
var ErrPublic = errors.New("other computers can reach this address, and nobody is asked for a password")

// Options of a server; the zero value works.
type Options struct {
	// Address is host:port; "" is [DefaultAddress], port 0 any that is free.
	Address string
	// Public allows an address that is not loopback.
	Public bool
	// Region in ARNs and records, and of all databases; "" is the region of each
	// request, so that every region has its own.
	Region string
	// AccountID in ARNs; "" is that of DynamoDB Local.
	AccountID string
	// Shared gives all access keys one database, as -sharedDb does.
	Shared bool
	// Now is the clock; nil is the engine's, which stands still. `stillwater serve`
	// passes the real one.
	Now func() time.Time
	// Seed of ids and sequence numbers: one seed, one run.
	Seed uint64
}

// Server answers the DynamoDB and DynamoDB Streams API over HTTP.
type Server struct {
	options  Options
	listener net.Listener

	mu        sync.Mutex
	databases map[wire.Caller]*memory.Database
}

// Listen takes the address. From its return on clients can connect; they are
// answered when Serve runs, or are refused after Close.
func Listen(ctx context.Context, o Options) (*Server, error) {
	address := cmp.Or(o.Address, DefaultAddress)
	if err := checkReach(ctx, address, o.Public); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve: %w: is another server running? Any free port: 127.0.0.1:0", err)
	}
	return &Server{options: o, listener: listener, databases: map[wire.Caller]*memory.Database{}}, nil
}

// checkReach refuses what is not loopback, unless it was asked for.
func checkReach(ctx context.Context, address string, public bool) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("serve: %w: want host:port, such as %s", err, DefaultAddress)
	}
	if public {
		return nil
	}
	ips := []net.IPAddr{{}}
	if host != "" {
		if ips, err = net.DefaultResolver.LookupIPAddr(ctx, host); err != nil {
			return fmt.Errorf("serve: %s: %w", address, err)
		}
	}
	for _, ip := range ips {
		if !ip.IP.IsLoopback() {
			return fmt.Errorf("serve: %s: %w: take 127.0.0.1, or allow it", address, ErrPublic)
		}
	}
	return nil
}

// URL is the endpoint for clients: http://127.0.0.1:8000.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close ends a server that does not serve.
func (s *Server) Close() error { return s.listener.Close() }

// Serve answers requests until ctx ends, then those that it has begun with, and
// closes the address. The end of ctx is no error.
func (s *Server) Serve(ctx context.Context) error {
	server := &http.Server{
		Handler:           wire.Handler(s.dispatch),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	err := server.Shutdown(last)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	<-served // always http.ErrServerClosed
	return err
}

func (s *Server) dispatch(ctx context.Context, caller wire.Caller, input any) (any, error) {
	return s.database(caller).Do(ctx, input)
}

// Database is that of the clients with an access key in a region: for its
// controls, and for who wants to fill it without requests.
func (s *Server) Database(accessKey, region string) *memory.Database {
	return s.database(wire.Caller{AccessKey: accessKey, Region: region})
}

// database is the caller's; its first request makes it.
func (s *Server) database(caller wire.Caller) *memory.Database {
	caller.Region = cmp.Or(s.options.Region, caller.Region)
	if s.options.Shared {
		caller.AccessKey = ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	db, ok := s.databases[caller]
	if !ok {
		db = memory.NewDatabase(memory.Options{
			Now:       s.options.Now,
			Seed:      s.options.Seed + seedOf(caller),
			Region:    caller.Region,
			AccountID: s.options.AccountID,
		})
		s.databases[caller] = db
	}
	return db
}

// seedOf keeps the ids of databases apart.
func seedOf(caller wire.Caller) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s", caller.AccessKey, caller.Region)
	return h.Sum64()
}
