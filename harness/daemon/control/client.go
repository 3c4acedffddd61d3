package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// timeout bounds a call: a daemon answers at once.
const timeout = 5 * time.Second

// Client reaches one daemon.
type Client struct {
	// PID is the process of the daemon.
	PID  int
	path string
}

// Find returns all daemons that run, in the order of their processes, and removes
// the sockets of those that do not any more.
func Find(ctx context.Context, dir string) ([]*Client, error) {
	clients, err := live(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	return clients, nil
}

func live(ctx context.Context, dir string) ([]*Client, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "consume-*.sock"))
	if err != nil {
		return nil, err
	}
	var clients []*Client
	for _, path := range paths {
		pid, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "consume-"), ".sock"))
		if err != nil {
			continue // not one of ours
		}
		c := &Client{PID: pid, path: path}
		if c.listens(ctx) {
			clients = append(clients, c)
		} else if ctx.Err() == nil && (pid == os.Getpid() || !alive(pid)) {
			if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
				return nil, err
			}
		}
	}
	slices.SortFunc(clients, func(a, b *Client) int { return a.PID - b.PID })
	return clients, nil
}

// listens tells whether somebody answers at the socket.
func (c *Client) listens(ctx context.Context) bool {
	conn, err := c.dial(ctx)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

func (c *Client) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: timeout}
	return dialer.DialContext(ctx, "unix", c.path)
}

// alive tells whether there is a process with that number, be it another's. Where
// that cannot be asked, it is not: nobody listened.
func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// Status asks how the daemon is doing.
func (c *Client) Status(ctx context.Context) (Status, error) {
	a, err := c.call(ctx, http.MethodGet, "/status")
	if err == nil && a.Status == nil {
		err = errors.New("the answer holds none")
	}
	if err != nil {
		return Status{}, fmt.Errorf("control: status: process %d: %w", c.PID, err)
	}
	return *a.Status, nil
}

// Pause pauses a mapping of the daemon.
func (c *Client) Pause(ctx context.Context, trigger string) error { return c.do(ctx, "pause", trigger) }

// Resume resumes a mapping of the daemon.
func (c *Client) Resume(ctx context.Context, trigger string) error {
	return c.do(ctx, "resume", trigger)
}

func (c *Client) do(ctx context.Context, what, trigger string) error {
	if _, err := c.call(ctx, http.MethodPost, "/"+what+"/"+url.PathEscape(trigger)); err != nil {
		return fmt.Errorf("%s %s: process %d: %w", what, trigger, c.PID, err)
	}
	return nil
}

func (c *Client) call(ctx context.Context, method, path string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return c.dial(ctx) },
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://daemon"+path, nil)
	if err != nil {
		return answer{}, err
	}
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	var a answer
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return answer{}, fmt.Errorf("%s: not a daemon's answer: %w", response.Status, err)
	}
	if a.Error != "" {
		return answer{}, errors.New(a.Error)
	}
	return a, nil
}
