package scenario_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/golden"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// TestFormat holds what the formatter makes of files: testdata/format has one
// archive each with the file before and, under "want", after.
func TestFormat(t *testing.T) {
	golden.Archives(t, "testdata/format", 4, func(t *testing.T, archive *txtar.Archive) string {
		after, err := scenario.Format("a.yaml", archive.Files[0].Data)
		if err != nil {
			t.Fatal(err)
		}
		again, err := scenario.Format("a.yaml", after)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(after), string(again)); diff != "" {
			t.Errorf("formatted again: - once, + twice:\n%s", diff)
		}
		return string(after)
	})
}

// Line ends of Windows become those of everyone, in blocks of text too. (Not a
// golden: version control would change the file.)
func TestFormatTakesLineEndsOfWindows(t *testing.T) {
	before := "a: 1  \r\n\r\n   \r\nb:   \r\n    - c\t\r\n    - d # e   \r\nt: |\r\n    x\r\n\r\n    y"
	after, err := scenario.Format("a.yaml", []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("a: 1\n\nb:\n  - c\n  - d # e\nt: |-\n  x\n\n  y\n", string(after)); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// What cannot be read is refused in the words of Load, and nothing is lost.
func TestFormatRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "a.yaml:1:1: the file is empty",
		"# only a comment\n":     "a.yaml:1:1: the file is empty",
		"a: [b\n":                "a.yaml:1:4: not YAML: ",
		"a: b\n---\nc: d\n":      "a.yaml:2:1: a second YAML document begins here",
		"a: &x b\nc: [1, *x]\n":  "a.yaml:1:4: anchors and aliases are not used here",
		"a: b\n<<: {c: d}\n":     "a.yaml:2:1: keys are plain words",
		"%YAML 1.2\n---\na: b\n": "a.yaml:1:1: YAML directives are not used here",
	} {
		out, err := scenario.Format("a.yaml", []byte(text))
		var mistakes scenario.Mistakes
		if !errors.As(err, &mistakes) || !strings.HasPrefix(err.Error(), want) || out != nil {
			t.Errorf("%q: got %q, %v, want %s", text, out, err, want)
		}
	}
}

// Law: whatever a file holds and however it is laid out, formatting it twice is
// formatting it once, and a loader sees the same in it (Format checks that itself,
// and its complaint would be no mistake of the file).
func TestFormattingTwiceIsFormattingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := writer{t: t}
		w.comments(0)
		w.mapping(0, 3)
		holdFormat(t, w.b.String(), false)
	})
}

// Law: what a slip of the pen makes of a file is formatted like any other, or
// refused; nothing panics.
func TestFormattingBrokenFiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := writer{t: t}
		w.mapping(0, 2)
		broken := w.b.String()
		for range rapid.IntRange(1, 3).Draw(t, "slips") {
			at := rapid.IntRange(0, len(broken)-1).Draw(t, "at")
			with := rapid.SampledFrom([]string{"{", "}", "[", "]", ":", ",", "- ", "!", "|", ">", "'", `"`, "#", " #", "\n", "\n\n", "  ", "\r\n"}).Draw(t, "with")
			broken = broken[:at] + with + broken[at+rapid.IntRange(0, 1).Draw(t, "over"):]
		}
		holdFormat(t, broken, true)
	})
}

func holdFormat(t *rapid.T, text string, broken bool) {
	once, err := scenario.Format("a.yaml", []byte(text))
	var mistakes scenario.Mistakes
	if broken && (errors.As(err, &mistakes) || errors.Is(err, scenario.ErrUnusualLayout)) {
		return
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	twice, err := scenario.Format("a.yaml", once)
	if err != nil {
		t.Fatalf("again: %v\n%s\nmade of\n%s", err, once, text)
	}
	if diff := cmp.Diff(string(once), string(twice)); diff != "" {
		t.Fatalf("- once, + twice:\n%s\nof\n%s", diff, text)
	}
}

// writer draws YAML with an untidy layout.
type writer struct {
	t *rapid.T
	b strings.Builder
	n int // keys so far, so that none is given twice
}

func (w *writer) pick(options ...string) string {
	return rapid.SampledFrom(options).Draw(w.t, "pick")
}

// comments writes empty lines and comments of their own.
func (w *writer) comments(indent int) {
	for range rapid.IntRange(0, 2).Draw(w.t, "lines above") {
		w.b.WriteString(w.pick("\n", "\n", strings.Repeat(" ", indent)+"# c\n", "# left\n"))
	}
}

func (w *writer) endLine() { w.b.WriteString(w.pick("\n", "\n", "  \n", " # t\n", "     # tt\n")) }

func (w *writer) key() string {
	w.n++
	return w.pick("k%d", "'q%d'", `"d%d"`)
}

func (w *writer) mapping(indent, depth int) {
	for i := range rapid.IntRange(1, 3).Draw(w.t, "keys") {
		if i > 0 || indent == 0 {
			w.comments(indent)
			w.b.WriteString(strings.Repeat(" ", indent))
		}
		fmt.Fprintf(&w.b, w.key()+":", w.n)
		w.value(indent, depth)
	}
}

// value writes what stands after a key, and ends the line.
func (w *writer) value(indent, depth int) {
	if depth == 0 || rapid.Bool().Draw(w.t, "scalar") {
		w.b.WriteString(w.pick(" ", "   ") + w.scalar())
		w.endLine()
		return
	}
	deeper := indent + rapid.IntRange(1, 4).Draw(w.t, "deeper")
	switch w.pick("mapping", "list", "flow", "block") {
	case "mapping":
		w.endLine()
		w.comments(deeper)
		w.b.WriteString(strings.Repeat(" ", deeper))
		w.mapping(deeper, depth-1)
	case "list":
		w.endLine()
		w.comments(deeper)
		for range rapid.IntRange(1, 3).Draw(w.t, "entries") {
			w.b.WriteString(strings.Repeat(" ", deeper) + "- ")
			if rapid.Bool().Draw(w.t, "inner") {
				w.mapping(deeper+2, depth-1)
			} else {
				w.b.WriteString(w.scalar())
				w.endLine()
			}
			w.comments(deeper)
		}
	case "flow":
		w.b.WriteString(" " + w.flow(deeper, depth))
		w.endLine()
	case "block":
		w.b.WriteString(w.pick(" |\n", " >-\n", " |+\n", " | # b\n"))
		w.b.WriteString(strings.Repeat(" ", deeper) + "first\n")
		for range rapid.IntRange(0, 2).Draw(w.t, "text") {
			w.b.WriteString(strings.Repeat(" ", deeper) + w.pick("text\n", "# text\n", "  deeper\n"))
			w.b.WriteString(w.pick("", "", "\n"))
		}
	}
}

func (w *writer) flow(indent, depth int) string {
	space := func() string {
		if rapid.IntRange(0, 4).Draw(w.t, "break") == 0 {
			return w.pick("", " # f", "\n\n") + "\n" + strings.Repeat(" ", indent)
		}
		return w.pick("", " ", "  ")
	}
	inner := func() string {
		if depth > 0 && rapid.Bool().Draw(w.t, "nested") {
			return w.flow(indent, depth-1)
		}
		return w.scalar()
	}
	var parts []string
	isList := rapid.Bool().Draw(w.t, "in brackets")
	for range rapid.IntRange(0, 3).Draw(w.t, "members") {
		member := inner()
		if !isList {
			w.n++
			member = fmt.Sprintf("f%d: %s", w.n, member)
		}
		parts = append(parts, space()+member)
	}
	if isList {
		return "[" + strings.Join(parts, ",") + space() + "]"
	}
	return "{" + strings.Join(parts, ",") + space() + "}"
}

func (w *writer) scalar() string {
	return w.pick("word", "two words", "1.50", "true", "null", `"q: #"`, "'it''s'", "!N '1'", "!S 7", "a#b", `"\n\t"`, "2024-09-19T10:00:00Z", "é", "x:y")
}
