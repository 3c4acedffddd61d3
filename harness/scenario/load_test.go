package scenario_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// tree writes files below a fresh root; names alternate with contents.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(root, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// head begins a scenario; steps follow.
const head = "fixture: empty\nstart: 2024-09-19T10:00:00Z\nsteps:\n"

func TestLoadReadsTheWholeGrammar(t *testing.T) {
	root := tree(t,
		"fixtures/empty.yaml", "items: []\n",
		"fixtures/sub/lamps.yaml", "items:\n  - lamp: {id: l1}\n  - put: {item: {pk: a, sk: b}}\n",
		"scenarios/doors/opening.yaml", strings.Join([]string{
			"title: opening a door",
			"fixture: sub/lamps",
			"start: 2024-09-19T12:00:00+02:00",
			"steps:",
			"  - open_door: {door: front, by: [ann, bob]}",
			"  - pause",
			"  - paint_doors:",
			"      doors: [front]",
			"      colour: RED",
			"      share: 1.50",
			"      until: 2024-10-01T00:00:00Z",
			"      frame: {wood: oak}",
			"      size: 3x4",
			"      coats: 2",
			"      dry: true",
			"  - update: {key: {pk: a, sk: b}, set: {state.status: SAFE}, remove: [treatment, a.b]}",
			"observe: [lamps]",
		}, "\n"))

	got, err := scenario.Load(root, "scenarios/doors/opening.yaml", words())
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, col int) scenario.Position {
		return scenario.Position{File: "scenarios/doors/opening.yaml", Line: line, Col: col}
	}
	share := scenario.Number("1.50")
	want := &scenario.Scenario{
		Name:  "doors/opening",
		Path:  "scenarios/doors/opening.yaml",
		Title: "opening a door",
		Start: time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC),
		Fixture: &scenario.Fixture{
			Name: "sub/lamps", Path: "fixtures/sub/lamps.yaml",
			Steps: []scenario.Step{
				{Pos: scenario.Position{File: "fixtures/sub/lamps.yaml", Line: 2, Col: 5}, Verb: "lamp", Args: &lampArgs{ID: "l1"}, Text: "lamp l1"},
				{
					Pos: scenario.Position{File: "fixtures/sub/lamps.yaml", Line: 3, Col: 5}, Verb: "put", Text: "put a b",
					Writes: []scenario.Write{{Op: "put", Table: "house", Item: item("pk", text("a"), "sk", text("b"))}},
				},
			},
		},
		Steps: []scenario.Step{
			{Pos: at(5, 5), Verb: "open_door", Args: &openArgs{Door: "front", By: []string{"ann", "bob"}}, Text: "open_door front by=ann,bob"},
			{Pos: at(6, 5), Verb: "pause", Args: &pauseArgs{}, Text: "pause"},
			{Pos: at(7, 5), Verb: "paint_doors", Text: "paint_doors front colour=RED coats=2 dry=true until=2024-10-01T00:00:00Z share=1.50 frame={wood=oak…",
				Args: &paintArgs{
					Doors: []string{"front"}, Colour: "RED", Coats: 2, Dry: true, Share: &share,
					Until: time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC), Frame: frame{Wood: "oak"}, Size: size{3, 4},
				}},
			{Pos: at(16, 5), Verb: "update", Text: "update a b set state.status remove treatment,a.b",
				Writes: []scenario.Write{{
					Op: "update", Table: "house", Key: item("pk", text("a"), "sk", text("b")),
					Set: item("state.status", text("SAFE")), Remove: []string{"treatment", "a.b"},
				}}},
		},
		Observe: []string{"lamps"},
	}
	if diff := cmp.Diff(want, got, ignoreSDK()); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestLoadAllSortsByNameAndFillsDefaults(t *testing.T) {
	root := tree(t,
		"fixtures/empty.yaml", "items: []\n",
		"scenarios/b/the_lamp_goes_out.yaml", head+"  - pause:\n",
		"scenarios/a.yaml", head+"  - pause:\n",
		"scenarios/a/z.yaml", "---\n"+head+"  - pause: {}\n",
		"scenarios/mutations/door.go", "not yaml",
		"fixtures/tables/house.json", "not yaml")
	all, err := scenario.LoadAll(root, words())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sc := range all {
		got = append(got, sc.Name+": "+sc.Title)
		if diff := cmp.Diff([]string{"doors", "lamps"}, sc.Observe); diff != "" {
			t.Errorf("%s observes, - want, + got:\n%s", sc.Name, diff)
		}
		if sc.Fixture != all[0].Fixture {
			t.Errorf("%s has a fixture of its own, want the shared one", sc.Name)
		}
	}
	want := []string{"a: a", "a/z: z", "b/the_lamp_goes_out: the lamp goes out"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// A reproduction may lie anywhere, and a path may be absolute.
func TestLoadTakesFilesFromAnywhere(t *testing.T) {
	root := tree(t, "fixtures/empty.yaml", "items: []\n", "scenarios/a.yaml", head+"  - pause:\n", "draft.yaml", head+"  - pause:\n")
	elsewhere := filepath.Join(tree(t, "bug.yaml", head+"  - pause:\n"), "bug.yaml")
	for _, c := range []struct{ file, name, path string }{
		{"scenarios/a.yaml", "a", "scenarios/a.yaml"},
		{"./scenarios/../scenarios/a.yaml", "a", "scenarios/a.yaml"},
		{filepath.Join(root, "scenarios", "a.yaml"), "a", "scenarios/a.yaml"},
		{"draft.yaml", "draft", "draft.yaml"},
		{elsewhere, "bug", filepath.ToSlash(elsewhere)},
	} {
		sc, err := scenario.Load(root, c.file, words())
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		if sc.Name != c.name || sc.Path != c.path {
			t.Errorf("%s: name %q path %q, want %q and %q", c.file, sc.Name, sc.Path, c.name, c.path)
		}
	}
}

func TestLoadWithoutItsFile(t *testing.T) {
	root := tree(t, "scenarios/opening_a_door.yaml", head)
	for file, want := range map[string]string{
		"scenarios/opening_a_dor.yaml": "load scenario: scenarios/opening_a_dor.yaml: no such file: did you mean scenarios/opening_a_door.yaml?",
		"scenarios/x.yaml":             "load scenario: scenarios/x.yaml: no such file: there are 1 below ",
	} {
		_, err := scenario.Load(root, file, words())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := scenario.LoadAll(t.TempDir(), words()); err == nil || !strings.Contains(err.Error(), "no .yaml file below") {
		t.Errorf("an empty root: got %v", err)
	}
}

// With two tables each raw write must say which one it means.
func TestTableIsNeededWhenThereAreSeveral(t *testing.T) {
	v := words()
	v.Tables = []string{"garden", "house"}
	root := tree(t, "fixtures/empty.yaml", "items: []\n", "scenarios/a.yaml", head+
		"  - put: {table: garden, item: {pk: a, sk: b}}\n  - delete: {key: {pk: a}}\n")
	_, err := scenario.LoadAll(root, v)
	if err == nil || !strings.Contains(err.Error(), `:5:5: delete lacks the key "table"`) || strings.Contains(err.Error(), ":4:") {
		t.Fatalf("got %v", err)
	}
}

func TestStepText(t *testing.T) {
	for step, want := range map[string]string{
		"open_door: {by: [ann], door: front}":                      "open_door front by=ann", // order of the struct
		"put: {item: {pk: VULN#v9, sk: FIN#f1, n: 1.50}}":          "put VULN#v9 FIN#f1",
		"put: {item: {pk: !N 7, sk: two words}}":                   "put 7 two words",
		"delete: {key: {pk: a, sk: b}}":                            "delete a b",
		"update: {key: {pk: a}, set: {z: 1, b.c: 2}, remove: [q]}": "update a set b.c,z remove q",
		"transact: [put: {item: {pk: a}}, delete: {key: {pk: b}}]": "transact [put a, delete b]",
		`open_door: {door: "two\nlines"}`:                          "open_door two lines",
		"open_door: {door: " + strings.Repeat("x", 200) + "}":      "open_door " + strings.Repeat("x", 89) + "…",
	} {
		root := tree(t, "fixtures/empty.yaml", "items: []\n", "scenarios/a.yaml", head+"  - "+step+"\n")
		sc, err := scenario.Load(root, "scenarios/a.yaml", words())
		if err != nil {
			t.Errorf("%s: %v", step, err)
			continue
		}
		if got := sc.Steps[0].Text; got != want {
			t.Errorf("%s: got %q, want %q", step, got, want)
		}
	}
}

func item(pairs ...any) map[string]types.AttributeValue {
	out := map[string]types.AttributeValue{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i].(string)] = pairs[i+1].(types.AttributeValue)
	}
	return out
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

func boolean(b bool) types.AttributeValue { return &types.AttributeValueMemberBOOL{Value: b} }

func attributeMap(pairs ...any) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: item(pairs...)}
}

// ignoreSDK skips the marker field that every struct of the SDK has.
func ignoreSDK() cmp.Option {
	return cmp.Options{
		cmpopts.IgnoreUnexported(types.AttributeValueMemberS{}, types.AttributeValueMemberN{}, types.AttributeValueMemberB{},
			types.AttributeValueMemberBOOL{}, types.AttributeValueMemberNULL{}, types.AttributeValueMemberL{}, types.AttributeValueMemberM{},
			types.AttributeValueMemberSS{}, types.AttributeValueMemberNS{}, types.AttributeValueMemberBS{}),
	}
}
