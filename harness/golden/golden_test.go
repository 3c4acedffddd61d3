package golden_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/harness/golden"
)

// witness is a test that only notes how it fails.
type witness struct {
	testing.TB
	said string
}

func (w *witness) Helper()                           {}
func (w *witness) Name() string                      { return "TestX/y" }
func (w *witness) Error(args ...any)                 { w.said += fmt.Sprintln(args...) }
func (w *witness) Errorf(format string, args ...any) { w.said += fmt.Sprintf(format+"\n", args...) }
func (w *witness) Fatal(args ...any)                 { w.Error(args...); panic(w) }
func (w *witness) Fatalf(format string, args ...any) { w.Errorf(format, args...); panic(w) }

// failure returns what a test says that does so; "" when it passes.
func failure(t *testing.T, do func(testing.TB)) (said string) {
	w := &witness{TB: t}
	defer func() {
		if end := recover(); end != nil && end != w {
			panic(end)
		}
		said = w.said
	}()
	do(w)
	return w.said
}

// environment sets the words that rewriting depends on.
func environment(t *testing.T, update, ci string) {
	t.Setenv("STILLWATER_UPDATE", update)
	t.Setenv("CI", ci)
}

func TestFile(t *testing.T) {
	for _, tt := range []struct {
		name, update, ci string
		was, got         string // was "" is no file
		says             string // part of the failure; "" passes
		left             string
	}{
		{name: "equal", was: "a\n", got: "a\n", left: "a\n"},
		{name: "equal, whatever the words", update: "yes", was: "a\n", got: "a\n", left: "a\n"},
		{name: "another", was: "a\n", got: "b\n", says: `+ 	"b"`, left: "a\n"},
		{name: "another says how to accept", was: "a\n", got: "b\n", says: "test -run '^TestX$/^y$'", left: "a\n"},
		{name: "missing", got: "b\n", says: "no such file"},
		{name: "updated", update: "true", was: "a\n", got: "b\n", left: "b\n"},
		{name: "written", update: "1", got: "b\n", left: "b\n"},
		{name: "not in CI", update: "true", ci: "true", was: "a\n", got: "b\n", says: "refused", left: "a\n"},
		{name: "not on another word", update: "yes", was: "a\n", got: "b\n", says: `STILLWATER_UPDATE="yes"`, left: "a\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			environment(t, tt.update, tt.ci)
			file := filepath.Join(t.TempDir(), "x.txt")
			if tt.was != "" {
				write(t, file, tt.was)
			}
			said := failure(t, func(t testing.TB) { golden.File(t, file, tt.got) })
			said = strings.ReplaceAll(said, "\u00a0", " ") // go-cmp mixes them in on purpose
			if !strings.Contains(said, tt.says) || (said == "") != (tt.says == "") {
				t.Errorf("said %q, want %q", said, tt.says)
			}
			if left := read(t, file); left != tt.left {
				t.Errorf("left %q, want %q", left, tt.left)
			}
		})
	}
}

// An archive keeps its comment and its files, and "want" becomes the last.
func TestArchive(t *testing.T) {
	const text = "About it.\n-- want --\nold\n-- in --\nx\n"
	file := filepath.Join(t.TempDir(), "a.txtar")
	write(t, file, text)
	archive := txtar.Parse([]byte(text))
	environment(t, "", "")
	if said := failure(t, func(t testing.TB) { golden.Archive(t, file, archive, "new\n") }); !strings.Contains(said, "new") || read(t, file) != text {
		t.Errorf("said %q, left %q", said, read(t, file))
	}
	environment(t, "true", "")
	want := "About it.\n-- in --\nx\n-- want --\nnew\n"
	if said := failure(t, func(t testing.TB) { golden.Archive(t, file, archive, "new\n") }); said != "" || read(t, file) != want {
		t.Errorf("said %q, left %q", said, read(t, file))
	}
	environment(t, "", "true")
	if said := failure(t, func(t testing.TB) { golden.Archive(t, file, txtar.Parse([]byte(want)), "new\n") }); said != "" {
		t.Errorf("what was accepted differs: %q", said)
	}
}

func TestReplay(t *testing.T) {
	count := 0
	do := func(command string) (string, error) {
		if command == "stop" {
			return "", errors.New("no such command")
		}
		count++
		return fmt.Sprintf("%s %d\n", command, count), nil
	}
	got, err := golden.Replay("# who\na\n----\nold\nanswer\n\n\nb\n\n# end\n\n", do)
	if want := "# who\na\n----\na 1\n\n\nb\n----\nb 2\n\n# end\n"; err != nil || got != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if again, err := golden.Replay(got, func(c string) (string, error) { return map[string]string{"a": "a 1\n", "b": "b 2\n"}[c], nil }); err != nil || again != got {
		t.Errorf("again: %q, %v", again, err)
	}
	if _, err := golden.Replay("a\n\nstop\n", do); err == nil || err.Error() != "line 3: stop: no such command" {
		t.Errorf("an impossible command: %v", err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}
