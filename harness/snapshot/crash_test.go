package snapshot_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// crashDir is set in the child of TestKilledAcceptTearsNothing: where it works.
const crashDir = "STILLWATER_SNAPSHOT_CRASH_DIR"

// big are two texts long enough for a write to be cut in two.
func big() [2]snapshot.Rendering {
	var out [2]snapshot.Rendering
	for i := range out {
		out[i] = one(s(strings.Repeat(fmt.Sprint(i), 50_000*(i+1)))).Render()
	}
	return out
}

// acceptForEver accepts one text after the other and tells of each before it
// begins. It ends by being killed, or with its parent.
func acceptForEver(store snapshot.Store) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends when the parent does
		os.Exit(1)
	}()
	texts := big()
	for i := 0; ; i++ {
		res, err := store.Compare("a/b", texts[i%2])
		if err != nil {
			return err
		}
		if res.Outcome == snapshot.Match {
			continue // the first, depending on where the last child was killed
		}
		fmt.Println("accepting")
		if err := store.Accept("a/b"); err != nil {
			return err
		}
	}
}

// TestKilledAcceptTearsNothing kills a process 100 times while it accepts, or as
// often as STILLWATER_CRASH says. After each kill the snapshot is one of the two texts, and so is what is pending; in the
// end nothing is left but the snapshot.
func TestKilledAcceptTearsNothing(t *testing.T) {
	if dir := os.Getenv(crashDir); dir != "" {
		t.Fatal(acceptForEver(storeIn(dir)))
	}
	kills := 100
	if text := os.Getenv("STILLWATER_CRASH"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("STILLWATER_CRASH=%q: say how many processes to kill: %v", text, err)
		}
	} else if testing.Short() {
		t.Skip("100 processes")
	}
	dir := t.TempDir()
	store, texts := storeIn(dir), big()
	if _, err := store.Compare("a/b", texts[0]); err != nil {
		t.Fatal(err)
	}
	if err := store.Accept("a/b"); err != nil {
		t.Fatal(err)
	}
	left := 0
	for i := range kills {
		killWhileAccepting(t, dir, i)
		for _, file := range []string{"snapshots/a/b.snap", "pending/a/b.snap.new"} {
			raw, err := os.ReadFile(filepath.Join(dir, file))
			if os.IsNotExist(err) && file != "snapshots/a/b.snap" {
				continue
			}
			if err != nil || (string(raw) != texts[0].Text && string(raw) != texts[1].Text) {
				t.Fatalf("kill %d: %s is torn: %d bytes, neither %d nor %d: %v", i, file, len(raw), len(texts[0].Text), len(texts[1].Text), err)
			}
		}
		left += len(temporary(t, filepath.Join(dir, "snapshots")))
	}
	t.Logf("kills between the first write and the rename: %d of %d", left, kills)
	for i := range 2 {
		if _, err := store.Compare("a/b", rendering("a/b", fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
		if err := store.Accept("a/b"); err != nil {
			t.Fatal(err)
		}
	}
	if left := temporary(t, filepath.Join(dir, "snapshots")); len(left) > 0 {
		t.Errorf("left in the folder of snapshots: %q", left)
	}
}

func storeIn(dir string) snapshot.Store {
	return snapshot.Store{Dir: filepath.Join(dir, "snapshots"), Pending: filepath.Join(dir, "pending")}
}

// killWhileAccepting runs a child and kills it somewhere in its first accepts; how
// far in, round decides, by the work done between reading its word and the kill.
func killWhileAccepting(t *testing.T, dir string, round int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledAcceptTearsNothing$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	for range 1 + round%3 {
		if !lines.Scan() || lines.Text() != "accepting" {
			t.Errorf("child said %q", lines.Text())
			break
		}
	}
	for range round % 20 {
		if _, err := os.ReadFile(filepath.Join(dir, "snapshots", "a", "b.snap")); err != nil {
			t.Error(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Errorf("child was not killed: %v", cmd.ProcessState)
	}
}

// temporary lists what is neither a snapshot nor a pending one.
func temporary(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tmp" {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
