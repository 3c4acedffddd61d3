package daemon_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxy is a wire to an endpoint that can be cut.
type proxy struct {
	to   string
	at   string // its own address
	open sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

// newProxy listens on a free port, for an endpoint at host:port.
func newProxy(t *testing.T, to string) *proxy {
	t.Helper()
	p := &proxy{to: to, at: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	p.mend(t)
	p.at = p.listener.Addr().String()
	t.Cleanup(p.cut)
	return p
}

// mend lets connections through.
func (p *proxy) mend(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", p.at)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listener = listener
	p.open.Go(func() { p.serve(listener) })
}

func (p *proxy) serve(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		p.open.Go(func() { p.pipe(conn) })
	}
}

func (p *proxy) pipe(conn net.Conn) {
	defer conn.Close()
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer far.Close()
	p.mu.Lock()
	p.conns[conn], p.conns[far] = true, true
	p.mu.Unlock()
	p.open.Go(func() {
		_, _ = io.Copy(far, conn)
		far.Close()
	})
	_, _ = io.Copy(conn, far)
}

// cut breaks all connections, and refuses others.
func (p *proxy) cut() {
	p.mu.Lock()
	p.listener.Close()
	for conn := range p.conns {
		conn.Close()
	}
	p.conns = map[net.Conn]bool{}
	p.mu.Unlock()
	p.open.Wait()
}
