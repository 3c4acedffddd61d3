package golden

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// Updating tells whether goldens are to be rewritten. The words that ask for it
// are those of package snapshot; a mistaken one fails the test.
func Updating(t testing.TB) bool {
	t.Helper()
	update, err := snapshot.UpdateFromEnv(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return update
}

// File compares got with a file, or writes it there.
func File(t testing.TB, file, got string) {
	t.Helper()
	want, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err == nil && string(want) == got {
		return
	}
	if Updating(t) {
		write(t, file, []byte(got))
		return
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, accept(t))
	}
	t.Errorf("%s", difference(t, file, string(want), got))
}

func write(t testing.TB, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// difference shows two texts line by line.
func difference(t testing.TB, file, want, got string) string {
	diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n"))
	return fmt.Sprintf("%s (-want +got):\n%s\n%s", file, diff, accept(t))
}

// accept is the command that writes what the test gets.
func accept(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	return fmt.Sprintf("accept: STILLWATER_UPDATE=true go -C %s test -run '^%s$'", dir, strings.ReplaceAll(t.Name(), "/", "$/^"))
}
