package dynamodblocal_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/image"
)

// daemon answers the few requests of the Docker API that finding an image takes. It is a process of its own that asks
// it, because testcontainers remembers for a whole process where the daemon is.
type daemon struct {
	images []string // that it has
	pulls  bool     // whether its registry answers
	deaf   bool     // takes connections, never answers

	mu    sync.Mutex
	asked []string
}

func (d *daemon) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if i := strings.Index(path, "/images/"); i >= 0 {
		path = path[i:]
	}
	if d.deaf {
		<-r.Context().Done()
		return
	}
	w.Header().Set("Api-Version", "1.41")
	switch {
	case strings.HasSuffix(path, "/_ping"):
	case strings.HasSuffix(path, "/info"):
		_, _ = w.Write([]byte(`{}`))
	case strings.HasPrefix(path, "/images/") && strings.HasSuffix(path, "/json"):
		name := strings.TrimSuffix(strings.TrimPrefix(path, "/images/"), "/json")
		d.note("inspect " + name)
		for _, have := range d.images {
			if have == name {
				_, _ = w.Write([]byte(`{"Id":"sha256:1"}`))
				return
			}
		}
		refuse(w, http.StatusNotFound, "No such image: "+name)
	case path == "/images/create":
		d.note("pull " + r.URL.Query().Get("fromImage"))
		if !d.pulls {
			refuse(w, http.StatusInternalServerError, "no such host")
			return
		}
		_, _ = w.Write([]byte(`{"status":"Downloading"}` + "\n" + `{"status":"Download complete"}` + "\n"))
	default:
		refuse(w, http.StatusNotFound, "unexpected "+r.Method+" "+path)
	}
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

func (d *daemon) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, what)
}

func TestEnsureImage(t *testing.T) {
	for _, test := range []struct {
		name   string
		daemon *daemon
		want   string // last line
	}{
		{"ours is here", &daemon{images: []string{image.Official, image.Local}}, image.Local + " <nil>"},
		{"the official one is here", &daemon{images: []string{image.Official}}, image.Official + " <nil>"},
		{"it can be pulled", &daemon{pulls: true}, image.Official + " <nil>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := ensure(t, test.daemon)
			if got := lines[len(lines)-1]; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// The message says what was tried, what stood in the way, and the command that helps.
func TestEnsureImageNeitherHereNorPullableNorBuildable(t *testing.T) {
	t.Parallel()
	lines := ensure(t, &daemon{})
	got := lines[len(lines)-1]
	for _, part := range []string{
		"engine dynamodblocal: image: neither", image.Local, image.Official, "pull: ", "no such host",
		"build: cannot build the image on this computer", "javac", "apt-get install openjdk-17-jdk-headless maven",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("%q does not say %q", got, part)
		}
	}
	if want := "pulling image " + image.Official + "…"; lines[0] != want {
		t.Errorf("progress begins with %q, want %q", lines[0], want)
	}
}

func TestNoDaemon(t *testing.T) {
	t.Parallel()
	nowhere := "unix://" + filepath.Join(t.TempDir(), "docker.sock")
	lines := ensureAt(t, nowhere)
	if len(lines) != 1 {
		t.Errorf("%d lines, want one: %q", len(lines), lines)
	}
	for _, part := range []string{"engine dynamodblocal: docker: no daemon answers at " + nowhere + ": start it with "} {
		if !strings.Contains(lines[0], part) {
			t.Errorf("%q does not say %q", lines[0], part)
		}
	}
}

func ensure(t *testing.T, d *daemon) []string {
	t.Helper()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return ensureAt(t, "tcp://"+server.Listener.Addr().String())
}

// ensureAt asks for the image in a process that has no tools to build with.
func ensureAt(t *testing.T, host string) []string { return playAt(t, "ensure", host) }

func playAt(t *testing.T, role, host string, env ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(env, roleVariable+"="+role, "DOCKER_HOST="+host, "HOME="+t.TempDir(), "PATH="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
