package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
)

// forward makes an endpoint reachable on a port of the loopback address, and
// returns its URL there; for port 0 it is reached as it is. closed ends all
// connections.
func forward(ctx context.Context, port int, endpoint string) (at string, closed func(), err error) {
	if port == 0 {
		return endpoint, func() {}, nil
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return "", nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return "", nil, fmt.Errorf("--port %d: %w: choose another, or end what listens there", port, err)
	}
	f := &forwarder{to: u.Host, open: map[net.Conn]bool{}}
	f.work.Go(func() { f.accept(listener) })
	return "http://" + listener.Addr().String(), func() {
		_ = listener.Close()
		f.end()
		f.work.Wait()
	}, nil
}

// forwarder passes connections on.
type forwarder struct {
	to   string
	work sync.WaitGroup

	mu    sync.Mutex
	open  map[net.Conn]bool
	ended bool
}

func (f *forwarder) accept(listener net.Listener) {
	for {
		from, err := listener.Accept()
		if err != nil {
			return // closed
		}
		f.work.Go(func() { f.pass(from) })
	}
}

// pass copies both ways until either end closes.
func (f *forwarder) pass(from net.Conn) {
	to, err := net.Dial("tcp", f.to)
	if err != nil {
		_ = from.Close()
		return
	}
	if !f.add(from, to) {
		return
	}
	defer f.remove(from, to)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(from, to)
		_ = from.Close()
	})
	_, _ = io.Copy(to, from)
	_ = to.Close()
	back.Wait()
}

// add remembers connections, to be closed at the end; past it they are closed.
func (f *forwarder) add(connections ...net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range connections {
		if f.ended {
			_ = c.Close()
			continue
		}
		f.open[c] = true
	}
	return !f.ended
}

func (f *forwarder) remove(connections ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range connections {
		_ = c.Close()
		delete(f.open, c)
	}
}

func (f *forwarder) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ended = true
	for c := range f.open {
		_ = c.Close()
	}
}
