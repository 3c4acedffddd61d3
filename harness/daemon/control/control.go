package control

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Daemon is what can be controlled. Its methods are safe for concurrent use; an
// error is told to the user as it is.
type Daemon interface {
	Status() Status
	Pause(trigger string) error
	Resume(trigger string) error
}

// Status is how a daemon is doing.
type Status struct {
	PID       int       `json:"pid"`
	Endpoint  string    `json:"endpoint"`
	Region    string    `json:"region"`
	AccessKey string    `json:"access_key"`
	Since     time.Time `json:"since"`
	Mappings  []Mapping `json:"mappings"`
}

// State is what a mapping does.
type State string

// The states of a mapping.
const (
	Running State = "running"
	Waiting State = "waiting" // for its table or stream
	Paused  State = "paused"
)

// Mapping is how a mapping is doing.
type Mapping struct {
	Trigger string `json:"trigger"`
	Table   string `json:"table"`
	State   State  `json:"state"`
	// Why says what a mapping that is not running waits for.
	Why string `json:"why,omitempty"`
	// Invocations run at this moment.
	Invocations int     `json:"invocations"`
	Shards      []Shard `json:"shards,omitempty"`
}

// Shard is how a mapping is doing on a shard.
type Shard struct {
	ID    string `json:"id"`
	State string `json:"state"` // see consumer.ShardState
	// Position is the stored one.
	Position string `json:"position"`
	// Open lists what the shard owes.
	Open []string `json:"open,omitempty"`
}

// Dir is the folder of the sockets of this user: in XDG_RUNTIME_DIR where there is
// one, else in the folder for temporary files.
func Dir(getenv func(string) string) string {
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "stillwater")
	}
	return filepath.Join(os.TempDir(), "stillwater-"+strconv.Itoa(os.Getuid()))
}

// Server is the listening end of a daemon.
type Server struct {
	path   string
	server *http.Server
	served chan struct{} // closed when the server's goroutine is gone
}

// Listen lets others control d until Close. ctx bounds only the start.
func Listen(ctx context.Context, dir string, d Daemon) (*Server, error) {
	s, err := listen(ctx, dir, d)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	return s, nil
}

func listen(ctx context.Context, dir string, d Daemon) (*Server, error) {
	if err := own(dir); err != nil {
		return nil, err
	}
	if _, err := live(ctx, dir); err != nil { // for it to sweep
		return nil, err
	}
	path := filepath.Join(dir, fmt.Sprintf("consume-%d.sock", os.Getpid()))
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	s := &Server{path: path, served: make(chan struct{})}
	s.server = &http.Server{Handler: handler(d), ReadHeaderTimeout: timeout}
	s.server.SetKeepAlivesEnabled(false)
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // ends with ErrServerClosed, by Close
	}()
	return s, nil
}

// own makes the folder the user's alone. One that somebody else has made, in a
// folder for temporary files where everybody can, is refused.
func own(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: not a folder: remove it", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil { // only its owner can
		return fmt.Errorf("the folder belongs to somebody else: %w", err)
	}
	return nil
}

// Path is where the socket is.
func (s *Server) Path() string { return s.path }

// Close ends the server and removes its socket.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err := s.server.Shutdown(ctx) // the listener removes its socket
	<-s.served
	if err != nil {
		return fmt.Errorf("control: close: %w", err)
	}
	return nil
}

// answer is what a request gets: a status, or an error.
type answer struct {
	Status *Status `json:"status,omitempty"`
	Error  string  `json:"error,omitempty"`
}

func handler(d Daemon) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /status", func(w http.ResponseWriter, _ *http.Request) {
		status := d.Status()
		reply(w, answer{Status: &status})
	})
	for name, do := range map[string]func(string) error{"pause": d.Pause, "resume": d.Resume} {
		mux.HandleFunc("POST /"+name+"/{trigger}", func(w http.ResponseWriter, r *http.Request) {
			if err := do(r.PathValue("trigger")); err != nil {
				reply(w, answer{Error: err.Error()})
				return
			}
			reply(w, answer{})
		})
	}
	return mux
}

func reply(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a) // the other end is gone
}
