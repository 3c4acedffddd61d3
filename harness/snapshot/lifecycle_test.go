package snapshot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// TestLifecycle runs the transcripts in testdata: a line "> verb arguments" and
// below it everything the verb had to say and, where files changed, all files.
// STILLWATER_UPDATE=1 rewrites what the verbs said.
func TestLifecycle(t *testing.T) {
	update, err := snapshot.UpdateFromEnv(os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		file, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			got := replay(t, string(want))
			if update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); d != "" {
				t.Error("(-want +got):\n" + d)
			}
		})
	}
}

// replay runs the verbs of a transcript and writes it anew; comments stay.
func replay(t *testing.T, transcript string) string {
	w := &world{t: t, store: snapshot.Store{Dir: "snapshots", Pending: "run/pending"}}
	var out strings.Builder
	for line := range strings.Lines(transcript) {
		command, ok := strings.CutPrefix(line, "> ")
		if !ok {
			if strings.HasPrefix(line, "# ") {
				out.WriteString(line)
			}
			continue
		}
		before := files(t)
		out.WriteString(line + w.do(strings.Fields(command)))
		if after := files(t); after != before {
			out.WriteString("files:\n" + after)
		}
		out.WriteString("\n")
	}
	return out.String()
}

// world is what the verbs of a transcript act on.
type world struct {
	t     *testing.T
	store snapshot.Store
}

func (w *world) do(command []string) string {
	args := command[1:]
	switch command[0] {
	case "store": // store [update] [read-only] [pending=DIR] [on=ENGINE]
		return w.configure(args)
	case "compare": // compare NAME VALUE...: the values of a list, one a line
		return w.compare(args[0], args[1:])
	case "accept":
		return said(w.store.Accept(args[0]))
	case "reject":
		return said(w.store.Reject(args[0]))
	case "pending":
		names, err := w.store.PendingNames()
		return listed(names, err)
	case "obsolete": // obsolete USED...
		names, err := w.store.Obsolete(args)
		return listed(names, err)
	case "edit": // edit FILE OLD NEW, with \n, \r, and _ for a blank
		return w.edit(args[0], unescape(args[1]), unescape(args[2]))
	}
	w.t.Fatalf("no verb %q", command[0])
	return ""
}

func (w *world) configure(args []string) string {
	w.store = snapshot.Store{Dir: "snapshots", Pending: "run/pending"}
	w.store.Update = slices.Contains(args, "update")
	w.store.ReadOnly = slices.Contains(args, "read-only")
	for _, arg := range args {
		if dir, ok := strings.CutPrefix(arg, "pending="); ok {
			w.store.Pending = dir
		}
		if engine, ok := strings.CutPrefix(arg, "on="); ok {
			w.store.Provisional = engine
		}
	}
	return ""
}

func (w *world) compare(name string, values []string) string {
	res, err := w.store.Compare(name, rendering(name, values...))
	if err != nil {
		return said(err)
	}
	out := fmt.Sprintf("%s, passed %t, pending %q\n", res.Outcome, res.Passed(), filepath.ToSlash(res.PendingPath))
	if res.Note != "" {
		out += "note: " + res.Note + "\n"
	}
	if res.Provisional != "" || res.Confirmed {
		out += fmt.Sprintf("seen on %q only, confirmed %t\n", res.Provisional, res.Confirmed)
	}
	for _, line := range res.Diff {
		out += strings.TrimRight(fmt.Sprintf("%2d %s", line.Line, line), " ") + "\n"
	}
	return out
}

// rendering is a document of one section that lists the values.
func rendering(name string, values ...string) snapshot.Rendering {
	var elements []types.AttributeValue
	for _, v := range values {
		elements = append(elements, n(v))
	}
	doc := snapshot.Document{Scenario: name, Sections: []snapshot.Section{{View: "view", Value: m(item{"values": l(elements...)})}}}
	return doc.Render()
}

func (w *world) edit(path, old, text string) string {
	raw, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(raw), old) {
		w.t.Fatalf("edit %s: no %q: %v", path, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(raw), old, text)), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return ""
}

// files lists every file with its lines of values, whole when it is no snapshot.
func files(t *testing.T) string {
	var out strings.Builder
	err := filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		head, values, _ := strings.Cut(string(raw), "values:")
		if _, mark, marked := strings.Cut(head, "# seen on: "); marked {
			mark, _, _ = strings.Cut(mark, "\n")
			path += " (" + strings.TrimSpace(mark) + ")"
		}
		fmt.Fprintf(&out, "  %s%q\n", filepath.ToSlash(path)+" ", strings.ReplaceAll(values, "\n    - ", " "))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func unescape(text string) string {
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `_`, " ").Replace(text)
}

func said(err error) string {
	if err != nil {
		return "error: " + filepath.ToSlash(err.Error()) + "\n"
	}
	return "ok\n"
}

func listed(names []string, err error) string {
	if err != nil {
		return said(err)
	}
	return fmt.Sprintf("%q\n", names)
}
