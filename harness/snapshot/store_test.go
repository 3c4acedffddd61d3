package snapshot_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

func TestCheckName(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"a", ""},
		{"vulnerabilities/close_one", ""},
		{"2024-01/_x", ""},
		{"com", ""},
		{"com10/console/nulls", ""},
		{strings.Repeat("a", 150), ""},
		{"", "it is empty"},
		{strings.Repeat("a", 151), "151 bytes are more than 150"},
		{"/a", `segment ""`},
		{"a/", `segment ""`},
		{"a//b", `segment ""`},
		{"../a", `segment ".."`},
		{"a/./b", `segment "."`},
		{"A", `segment "A"`},
		{"a b", `segment "a b"`},
		{"a.snap", `segment "a.snap"`},
		{`a\b`, `segment "a\\b"`},
		{"-a", `segment "-a"`},
		{"é", `segment "é"`},
		{"a\n", `segment "a\n"`},
		{"con", "device on Windows"},
		{"a/nul/b", "device on Windows"},
		{"lpt1", "device on Windows"},
		{"com0", "device on Windows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := snapshot.CheckName(tt.name)
			if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("CheckName(%q) = %v, want %q", tt.name, err, tt.want)
			}
		})
	}
}

func TestCheckNamesTellsAllMistakes(t *testing.T) {
	if err := snapshot.CheckNames([]string{"b", "a/b", "a"}); err != nil {
		t.Error(err)
	}
	err := snapshot.CheckNames([]string{"b", "con", "a", "b", "b"})
	want := "snapshot name \"b\": used twice\nsnapshot name \"b\": used twice\n" +
		"snapshot name \"con\": segment \"con\" is a device on Windows: choose another"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestUpdateFromEnv(t *testing.T) {
	for _, tt := range []struct {
		update, ci string
		want       bool
		err        string
	}{
		{"", "", false, ""},
		{"", "true", false, ""},
		{"1", "", true, ""},
		{"true", "", true, ""},
		{"1", "false", true, ""},
		{"1", "0", true, ""},
		{"false", "", false, `STILLWATER_UPDATE="false": say 1 or true`},
		{"0", "", false, `STILLWATER_UPDATE="0": say 1 or true`},
		{"yes", "true", false, `STILLWATER_UPDATE="yes": say 1 or true`},
		{"1", "true", false, "STILLWATER_UPDATE is refused because CI is set"},
		{"true", "1", false, "STILLWATER_UPDATE is refused because CI is set"},
	} {
		t.Run(tt.update+" "+tt.ci, func(t *testing.T) {
			env := map[string]string{"STILLWATER_UPDATE": tt.update, "CI": tt.ci}
			got, err := snapshot.UpdateFromEnv(func(name string) string { return env[name] })
			if got != tt.want || (err == nil) != (tt.err == "") || (err != nil && !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("got %t, %v; want %t, %q", got, err, tt.want, tt.err)
			}
		})
	}
}

// TestObsolete: names, not files, are compared, at any depth; other files are not
// snapshots.
func TestObsolete(t *testing.T) {
	dir := t.TempDir()
	store := snapshot.Store{Dir: dir}
	if names, err := (snapshot.Store{Dir: filepath.Join(dir, "none")}).Obsolete(nil); err != nil || len(names) > 0 {
		t.Errorf("no folder: %q, %v", names, err)
	}
	for _, file := range []string{"a.snap", "a/b.snap", "a/c.snap", "Odd Name.snap", "a/b.snap.new", ".b.snap.1.tmp", "README.md", "x.snap/y.snap"} {
		path := filepath.Join(dir, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := store.Obsolete([]string{"a/c", "d"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"Odd Name", "a", "a/b", "x.snap/y"}, got); d != "" {
		t.Error("(-want +got):\n" + d)
	}
}

// TestFailuresAreErrors: what cannot be read or written is no outcome.
func TestFailuresAreErrors(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b.snap"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	r := rendering("a/b", "1")
	for name, store := range map[string]snapshot.Store{
		"the snapshot is a folder": {Dir: dir},
		"pending is a file":        {Dir: filepath.Join(dir, "none"), Pending: filepath.Join(dir, "file")},
		"the folder is a file":     {Dir: filepath.Join(dir, "file"), Update: true},
	} {
		if res, err := store.Compare("a/b", r); err == nil || !strings.HasPrefix(err.Error(), "snapshot: compare a/b: ") {
			t.Errorf("%s: %v, %v; want an error", name, res, err)
		}
	}
}

// TestConcurrentStores: several binaries may share the folders, even for one name.
func TestConcurrentStores(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 4 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			name := []string{"a/b", "a/c"}[i%2]
			res, err := storeIn(dir).Compare(name, rendering(name, "1"))
			if err != nil || res.Outcome != snapshot.Missing {
				t.Errorf("%v, %v", res, err)
			}
		})
	}
	wg.Wait()
	names, err := storeIn(dir).PendingNames()
	if d := cmp.Diff([]string{"a/b", "a/c"}, names); d != "" || err != nil {
		t.Error("pending (-want +got):\n"+d, err)
	}
	if left := temporary(t, dir); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
