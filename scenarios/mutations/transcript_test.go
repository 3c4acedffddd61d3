package mutations_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/golden"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/scenarios/mutations"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// root holds the fixtures and scenarios of the project.
const root = "../.."

// TestTranscripts holds every mutation to its calls: testdata has one archive of
// the mutation's name, with the steps and, under "want", each write they make:
// its conditions, what it sets, in order. A step that is refused shows its error.
func TestTranscripts(t *testing.T) {
	for _, verb := range verbs(mutations.All(), mutations.Seeds()) {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join("testdata", verb+".txtar")
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatalf("every mutation has a transcript: %v", err)
			}
			sc := load(t, archive)
			r := newRecorder()
			if !isSeed(verb) {
				seed(t, r, sc)
				r.log = nil
			}
			at := sc.Start
			steps := sc.Steps
			if isSeed(verb) {
				steps = sc.Fixture.Steps
			}
			for _, step := range steps {
				r.log = append(r.log, "> "+step.Text)
				if err := run(t, r, step, at); err != nil {
					r.log = append(r.log, "error: "+err.Error())
				}
				invariants(t, r)
				at = at.Add(time.Minute)
			}
			golden.Archive(t, file, archive, strings.Join(r.log, "\n")+"\n")
		})
	}
}

func TestTestdataHasNothingElse(t *testing.T) {
	known := verbs(mutations.All(), mutations.Seeds())
	files, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".txtar"); !slices.Contains(known, name) {
			t.Errorf("%s belongs to no mutation", file)
		}
	}
}

// invariants: at rest the secondary keys of every vulnerability follow from its
// attributes, and nothing is NULL or empty.
func invariants(t *testing.T, r *recorder) {
	t.Helper()
	for key, item := range r.items {
		noEmptyValues(t, key, item)
		if !strings.HasPrefix(key, "VULN#") || !strings.Contains(key, " FIN#") {
			continue
		}
		v, err := model.ParseVulnerability(item)
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		keys, err := v.SecondaryKeys()
		if err != nil {
			t.Errorf("%s: %v", key, err)
		}
		for name, want := range keys {
			if got := textOf(item[name]); got != want {
				t.Errorf("%s: %s is %q, but its attributes say %q", key, name, got, want)
			}
		}
	}
}

func noEmptyValues(t *testing.T, path string, item model.Item) {
	t.Helper()
	for name, v := range item {
		if model.Absent(v) {
			t.Errorf("%s: %s is there without a value", path, name)
		}
		if m, ok := v.(*types.AttributeValueMemberM); ok {
			noEmptyValues(t, path+" "+name, m.Value)
		}
	}
}

// load makes a scenario of an archive: the fixture of the project that its file
// "fixture" names, two_open without one, and the steps in its file "steps".
func load(t *testing.T, archive *txtar.Archive) *scenario.Scenario {
	t.Helper()
	dir := t.TempDir()
	fixture := "two_open"
	text := "start: 2024-09-19T10:00:00Z\nsteps:\n"
	for _, f := range archive.Files {
		switch f.Name {
		case "fixture":
			fixture = strings.TrimSpace(string(f.Data))
		case "steps":
			text += string(f.Data)
		}
	}
	items, err := os.ReadFile(filepath.Join(root, "fixtures", fixture+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if seeds := golden.Read(archive, "items"); seeds != "" {
		items = []byte("items:\n" + seeds)
		text += "- delete: {key: {pk: none, sk: none}}\n" // a scenario needs a step
	}
	for name, data := range map[string]string{"scenarios/a.yaml": "fixture: " + fixture + "\n" + text, "fixtures/" + fixture + ".yaml": string(items)} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sc, err := scenario.Load(dir, "scenarios/a.yaml", vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

// seed puts the fixture, as the harness would.
func seed(t *testing.T, r *recorder, sc *scenario.Scenario) {
	t.Helper()
	for _, step := range sc.Fixture.Steps {
		if err := run(t, r, step, sc.Start); err != nil {
			t.Fatalf("%s: %v", step.Pos, err)
		}
	}
	invariants(t, r)
}

// run makes one step at a time of the virtual clock.
func run(t *testing.T, r *recorder, step scenario.Step, at time.Time) error {
	t.Helper()
	for _, m := range append(mutations.All(), mutations.Seeds()...) {
		if m.Name == step.Verb {
			return m.Run(t.Context(), harness.Writer{DB: r, Now: at, Table: "integrates_vms"}, step.Args)
		}
	}
	for _, write := range step.Writes {
		if err := r.raw(write); err != nil {
			return fmt.Errorf("%s: %w", step.Pos, err)
		}
	}
	return nil
}

func vocabulary() scenario.Vocabulary {
	v := scenario.Vocabulary{
		Views: []string{"indicators"}, Tables: []string{"integrates_vms"},
		Triggers: []string{"indicators", "archive", "webhook"},
	}
	for _, m := range mutations.All() {
		v.Mutations = append(v.Mutations, m.Verb)
	}
	for _, m := range mutations.Seeds() {
		v.Seeds = append(v.Seeds, m.Verb)
	}
	return v
}

func isSeed(verb string) bool { return slices.Contains(verbs(mutations.Seeds()), verb) }

func archiveOf(steps []string) *txtar.Archive {
	return &txtar.Archive{Files: []txtar.File{{Name: "steps", Data: []byte("- " + strings.Join(steps, "\n- ") + "\n")}}}
}

func verbs(lists ...[]harness.Mutation) []string {
	var out []string
	for _, m := range slices.Concat(lists...) {
		out = append(out, m.Name)
	}
	return out
}
