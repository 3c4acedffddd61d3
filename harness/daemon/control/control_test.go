package control_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/daemon/control"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// daemon notes what it is told.
type daemon struct {
	status control.Status
	told   []string
}

func (d *daemon) Status() control.Status { return d.status }

func (d *daemon) Pause(trigger string) error {
	d.told = append(d.told, "pause "+trigger)
	if trigger == "no" {
		return errors.New("it is paused already")
	}
	return nil
}

func (d *daemon) Resume(trigger string) error {
	d.told = append(d.told, "resume "+trigger)
	return nil
}

// folder is short: the path of a socket has at most some 100 characters.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sw")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "run")
}

func listen(t *testing.T, dir string, d control.Daemon) *control.Server {
	t.Helper()
	s, err := control.Listen(t.Context(), dir, d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func find(t *testing.T, dir string) []*control.Client {
	t.Helper()
	found, err := control.Find(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func sockets(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestADaemonIsFoundAndDoesWhatItIsTold(t *testing.T) {
	dir := folder(t)
	if found := find(t, dir); len(found) != 0 {
		t.Fatalf("found %v before there is one", found)
	}
	d := &daemon{status: control.Status{
		PID: 7, Endpoint: "http://127.0.0.1:8000", Since: time.Unix(1, 0).UTC(),
		Mappings: []control.Mapping{{Trigger: "a", State: control.Paused, Why: "x", Shards: []control.Shard{{ID: "s", Open: []string{"1 record"}}}}},
	}}
	s := listen(t, dir, d)
	defer s.Close()
	found := find(t, dir)
	if len(found) != 1 || found[0].PID != os.Getpid() {
		t.Fatalf("found %v", found)
	}
	status, err := found[0].Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.status, status); diff != "" {
		t.Error("status (-want +got):\n" + diff)
	}
	if err := errors.Join(found[0].Pause(t.Context(), "a/b ü"), found[0].Resume(t.Context(), "a")); err != nil {
		t.Error(err)
	}
	want := fmt.Sprintf("pause no: process %d: it is paused already", os.Getpid())
	if err := found[0].Pause(t.Context(), "no"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if diff := cmp.Diff([]string{"pause a/b ü", "resume a", "pause no"}, d.told); diff != "" {
		t.Error("it was told (-want +got):\n" + diff)
	}
}

func TestTheSocketIsTheUsersAloneAndGoesWithTheDaemon(t *testing.T) {
	dir := folder(t)
	s := listen(t, dir, &daemon{})
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	c := find(t, dir)[0]
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left := sockets(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := c.Status(t.Context()); err == nil {
		t.Error("it answers after its end")
	}
}

// dead is the number of a process that is no more.
func dead(t *testing.T) int {
	t.Helper()
	command := exec.Command(os.Args[0], "-test.run=^$")
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	return command.Process.Pid
}

// leave makes a socket as a killed process leaves it.
func leave(t *testing.T, dir string, pid int) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fmt.Sprintf("consume-%d.sock", pid))
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	listener.SetUnlinkOnClose(false)
	listener.Close()
	return path
}

func TestSocketsOfTheDeadAreRemovedAndNoOthers(t *testing.T) {
	dir := folder(t)
	leave(t, dir, dead(t))
	living := leave(t, dir, os.Getppid()) // it does not listen, but it may be about to
	other := filepath.Join(dir, "consume-notes.sock")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if found := find(t, dir); len(found) != 0 {
		t.Errorf("found %v", found)
	}
	if diff := cmp.Diff([]string{living, other}, sockets(t, dir)); diff != "" {
		t.Error("left (-want +got):\n" + diff)
	}
	killed := leave(t, dir, dead(t))
	own := leave(t, dir, os.Getpid()) // of an earlier process of that number
	s := listen(t, dir, &daemon{})
	defer s.Close()
	for _, path := range sockets(t, dir) {
		if path == killed {
			t.Errorf("%s is left", path)
		}
	}
	if s.Path() != own {
		t.Errorf("socket %s, want %s", s.Path(), own)
	}
}

func TestAFolderThatIsNoneIsRefused(t *testing.T) {
	dir := folder(t)
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(t.TempDir(), dir); err != nil {
		t.Skip(err)
	}
	if s, err := control.Listen(t.Context(), dir, &daemon{}); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("%v, %v", s, err)
	}
}

func TestDir(t *testing.T) {
	env := map[string]string{"XDG_RUNTIME_DIR": "/run/user/7"}
	if got := control.Dir(func(name string) string { return env[name] }); got != filepath.Join("/run/user/7", "stillwater") {
		t.Errorf("with a runtime folder: %s", got)
	}
	want := filepath.Join(os.TempDir(), fmt.Sprintf("stillwater-%d", os.Getuid()))
	if got := control.Dir(func(string) string { return "" }); got != want {
		t.Errorf("without: %s, want %s", got, want)
	}
}
