package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// keyedWords know the key of their table.
func keyedWords() scenario.Vocabulary {
	v := wholeWords()
	v.Keys = map[string][]string{"house": {"pk", "sk"}}
	return v
}

// fixtures of the tests below: hall and attic build on walls.
func fixtures() map[string][]byte {
	return map[string][]byte{
		"walls": []byte("items:\n  - put: {item: {pk: wall, sk: n}}\n  - lamp: {id: l0}\n"),
		"hall":  []byte("use: [walls]\nitems:\n  - lamp: {id: l1}\noverride:\n  - update: {key: {pk: wall, sk: n}, set: {colour: RED}}\n"),
		"attic": []byte("use: [walls]\nitems: [lamp: {id: l2}]\n"),
	}
}

func TestFixturesCompose(t *testing.T) {
	for fixture, want := range map[string]string{
		"walls":         "walls fixtures/walls.yaml: put wall n 2:5, lamp l0 3:5",
		"hall":          "hall fixtures/hall.yaml: put wall n 2:5, lamp l0 3:5, lamp l1 3:5, update wall n set colour 5:5!",
		"[attic, hall]": "attic+hall scenarios/a.yaml: put wall n 2:5, lamp l0 3:5, lamp l2 2:9, lamp l1 3:5, update wall n set colour 5:5!",
		"{items: []}":   "inline scenarios/a.yaml:",
		"{use: [attic], items: [lamp: {id: l9}], override: [delete: {key: {pk: wall, sk: n}}]}": "attic+inline scenarios/a.yaml: " +
			"put wall n 2:5, lamp l0 3:5, lamp l2 2:9, lamp l9 1:33, delete wall n 1:61!",
	} {
		text := "fixture: " + fixture + "\nstart: 2024-09-19T10:00:00Z\nsteps: [pause]\n"
		sc, err := scenario.Parse("a", []byte(text), fixtures(), keyedWords())
		if err != nil {
			t.Errorf("%s: %v", fixture, err)
			continue
		}
		var steps []string
		for _, s := range sc.Fixture.Steps {
			step := fmt.Sprintf(" %s %d:%d", s.Text, s.Pos.Line, s.Pos.Col)
			if len(s.Writes) > 0 && s.Writes[0].Existing {
				step += "!"
			}
			steps = append(steps, step)
		}
		got := fmt.Sprintf("%s %s:%s", sc.Fixture.Name, sc.Fixture.Path, strings.Join(steps, ","))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", fixture, diff)
		}
	}
}

// A fixture that only another fixture uses is used.
func TestFixturesUsedByFixturesAreUsed(t *testing.T) {
	files := []string{"scenarios/a.yaml", "fixture: hall\nstart: 2024-09-19T10:00:00Z\nsteps: [pause]\n"}
	for name, text := range fixtures() {
		if name != "attic" {
			files = append(files, "fixtures/"+name+".yaml", string(text))
		}
	}
	if _, err := scenario.LoadAll(tree(t, files...), keyedWords()); err != nil {
		t.Error(err)
	}
}

func TestDynamoDBJSON(t *testing.T) {
	for yaml, want := range map[string]types.AttributeValue{
		"!ddb {S: a}":             text("a"),
		`!ddb {"N": "1.50"}`:      number("1.50"),
		"!ddb {N: 1e5}":           number("1e5"),
		"!ddb {BOOL: false}":      boolean(false),
		"!ddb {NULL: true}":       &types.AttributeValueMemberNULL{Value: true},
		"!ddb {B: aGk=}":          &types.AttributeValueMemberB{Value: []byte("hi")},
		"!ddb {SS: [a, b]}":       &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		`!ddb {NS: ["1", "2.0"]}`: &types.AttributeValueMemberNS{Value: []string{"1", "2.0"}},
		"!ddb {BS: [aGk=]}":       &types.AttributeValueMemberBS{Value: [][]byte{[]byte("hi")}},
		"!ddb {L: [{S: a}, {M: {b: {N: '1'}}}]}": &types.AttributeValueMemberL{Value: []types.AttributeValue{
			text("a"), attributeMap("b", number("1"))}},
		"!ddb {M: {}}": attributeMap(),
	} {
		got, err := readValue(t.TempDir(), yaml)
		if err != nil {
			t.Errorf("%s: %v", yaml, err)
			continue
		}
		if diff := cmp.Diff(want, got, ignoreSDK()); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", yaml, diff)
		}
	}
}

// A whole item, and a key, may be pasted as they stand in an event.
func TestItemsAndKeysInDynamoDBJSON(t *testing.T) {
	sc, err := readSteps(t, strings.Join([]string{
		`  - put:`,
		`      item: !ddb {"pk": {"S": "a"}, "sk": {"S": "b"}, "state": {"M": {"open": {"BOOL": true}}}}`,
		`  - update:`,
		`      key: !ddb {"pk": {"S": "a"}, "sk": {"N": "7"}}`,
		`      set: !ddb {"state.open": {"BOOL": false}}`,
		`  - expire: {key: !ddb {pk: {S: a}}}`,
	}, "\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []scenario.Write{
		{Op: "put", Table: "house", Item: item("pk", text("a"), "sk", text("b"), "state", attributeMap("open", boolean(true)))},
		{Op: "update", Table: "house", Key: item("pk", text("a"), "sk", number("7")), Set: item("state.open", boolean(false))},
	}
	got := append(append([]scenario.Write{}, sc.Steps[0].Writes...), sc.Steps[1].Writes...)
	if diff := cmp.Diff(want, got, ignoreSDK()); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
	if got := sc.Steps[0].Text + "; " + sc.Steps[1].Text; got != "put a b; update a 7 set state.open" {
		t.Errorf("got %q", got)
	}
	expired := scenario.Expire{Table: "house", Key: item("pk", text("a"))}
	if diff := cmp.Diff(scenario.Control(expired), sc.Steps[2].Control, ignoreSDK()); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// What a program gave as a scenario is refused in the same words as a file.
func TestParseTellsMistakes(t *testing.T) {
	_, err := scenario.Parse("b/c", []byte("fixture: hal\nstart: 2024-09-19T10:00:00Z\nsteps: [pause]\n"), fixtures(), keyedWords())
	want := "scenarios/b/c.yaml:1:10: there is no fixture \"hal\" (fixtures/hal.yaml)\n    fixture: hal\n             ^\n  did you mean hall?"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
