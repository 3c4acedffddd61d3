package snapshot_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// compared stores old as the accepted text and compares d with it.
func compared(t interface {
	Fatal(...any)
	Helper()
}, dir, old string, d snapshot.Document) (snapshot.Result, snapshot.Rendering) {
	t.Helper()
	store := snapshot.Store{Dir: dir}
	if err := os.MkdirAll(filepath.Join(dir, "a"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a", "b.snap"), []byte(old), 0o666); err != nil {
		t.Fatal(err)
	}
	r := d.Render()
	res, err := store.Compare("a/b", r)
	if err != nil {
		t.Fatal(err)
	}
	return res, r
}

// A diff holds both texts, its indices point at the lines they claim, and no line
// points outside.
func TestLawDiffHoldsBothTexts(t *testing.T) {
	dir := t.TempDir()
	doc := rapid.Custom(func(t *rapid.T) snapshot.Document {
		keys := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		return one(m(rapid.MapOfN(keys, genValue(1), 0, 4).Draw(t, "map")))
	})
	rapid.Check(t, func(t *rapid.T) {
		old := doc.Draw(t, "old").Render()
		res, r := compared(t, dir, old.Text, doc.Draw(t, "new"))
		if (res.Outcome == snapshot.Match) != (old.Text == r.Text) {
			t.Fatalf("%s, for\n%s\n%s", res.Outcome, old.Text, r.Text)
		}
		if res.Outcome == snapshot.Match {
			if res.Diff != nil {
				t.Fatalf("match with a diff: %v", res.Diff)
			}
			return
		}
		var before, after strings.Builder
		for _, line := range res.Diff {
			if line.Op != '+' {
				before.WriteString(line.Text + "\n")
			}
			if line.Op != '-' {
				after.WriteString(line.Text + "\n")
			}
			if line.Line < 0 || line.Line >= len(r.Lines) {
				t.Fatalf("%v points at line %d of %d", line, line.Line, len(r.Lines))
			}
			if line.Op != '-' && r.Lines[line.Line].Text != line.Text {
				t.Fatalf("%v points at %q", line, r.Lines[line.Line].Text)
			}
		}
		if before.String() != old.Text || after.String() != r.Text {
			t.Fatalf("diff holds\n%s\nand\n%s\nnot\n%s\nand\n%s", before.String(), after.String(), old.Text, r.Text)
		}
	})
}

// Where a removed line points: at what replaced it, by key, or at the line above.
func TestRemovedLinesPointAtTheirSuccessors(t *testing.T) {
	for _, tt := range []struct {
		name     string
		old, new item
		want     []string // of removed lines: text → line it points at
	}{
		{
			"same key", item{"a": n("1"), "b": n("2"), "c": n("3")}, item{"a": n("1"), "aa": n("0"), "b": n("9"), "c": n("3")},
			[]string{"b: 2 → b: 9"},
		},
		{
			"another key", item{"a": n("1"), "b": n("2"), "d": n("3")}, item{"a": n("1"), "c": n("2"), "d": n("3")},
			[]string{"b: 2 → c: 2"},
		},
		{
			"more removed than added", item{"a": n("1"), "b": n("2"), "c": n("3")}, item{"z": n("0")},
			[]string{"a: 1 → z: 0", "b: 2 → z: 0", "c: 3 → z: 0"},
		},
		{
			"only removed", item{"a": n("1"), "b": n("2"), "c": n("3")}, item{"a": n("1"), "c": n("3")},
			[]string{"b: 2 → a: 1"},
		},
		{
			"first key removed: the heading", item{"a": n("1"), "b": n("2")}, item{"b": n("2")},
			[]string{"a: 1 → view label"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, r := compared(t, t.TempDir(), one(m(tt.old)).Render().Text, one(m(tt.new)))
			var got []string
			for _, line := range res.Diff {
				if line.Op == '-' {
					got = append(got, strings.TrimSpace(line.Text)+" → "+strings.TrimSpace(r.Lines[line.Line].Text))
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error("(-want +got):\n" + d)
			}
		})
	}
}

func TestHunks(t *testing.T) {
	for _, tt := range []struct {
		name, ops string
		context   int
		want      []string
	}{
		{"nothing changed", "    ", 3, nil},
		{"no lines", "", 3, nil},
		{"without context", "  - +  ", 0, []string{"2-", "4+"}},
		{"context is cut at both ends", " -  ", 3, []string{"0 -  "}},
		{"apart", "   -     +   ", 2, []string{"1  -  ", "7  +  "}},
		{"touching", "   -    +   ", 2, []string{"1  -    +  "}},
		{"overlapping", "   -  -+  +   ", 2, []string{"1  -  -+  +  "}},
		{"all changed", "-+-+", 1, []string{"0-+-+"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var diff []snapshot.DiffLine
			for i := range tt.ops {
				diff = append(diff, snapshot.DiffLine{Op: tt.ops[i], Line: i})
			}
			var got []string
			for _, hunk := range snapshot.Hunks(diff, tt.context) {
				text := string(rune('0' + hunk[0].Line))
				for _, line := range hunk {
					text += string(rune(line.Op))
				}
				got = append(got, text)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error("(-want +got):\n" + d)
			}
		})
	}
}
