package scenario_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/stillwater-streams/stillwater/harness/golden"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/scenarios"
)

// The schema is one, and takes every file of the project.
func TestSchemaTakesTheFilesOfTheProject(t *testing.T) {
	project, err := scenarios.Project("../..")
	if err != nil {
		t.Fatal(err)
	}
	v := project.Vocabulary()
	for pattern, schema := range map[string]*jsonschema.Schema{
		"../../scenarios/*/*.yaml": compile(t, scenario.Schema(v)),
		"../../fixtures/*.yaml":    compile(t, scenario.FixtureSchema(v)),
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(asJSON(t, text)); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// Every example of a word is taken too, and so are the settings.
func TestSchemaTakesTheWholeGrammar(t *testing.T) {
	v := wholeWords()
	v.Views, v.Tables, v.Triggers = []string{"indicators"}, []string{"integrates_vms"}, []string{"indicators", "webhook"}
	v.Keys = map[string][]string{"integrates_vms": {"pk", "sk"}}
	idArgs := func() any { return new(lampArgs) }
	v.Mutations = append(v.Mutations, scenario.Verb{Name: "close", New: idArgs}, scenario.Verb{Name: "reopen", New: idArgs})
	schema := compile(t, scenario.Schema(v))
	steps := []string{
		"pause", "pause:", "pause: {}", "kill", "settle", "split", "paint_doors: {doors: [a], colour: RED, coats: 2, dry: true, share: 1.50, frame: {wood: oak}, size: 3x4, until: 2024-10-01T00:00:00Z}",
		"put: {item: !ddb {pk: {S: a}, sk: {N: '1'}}}", "backlog: [pause, {settle: }, {snapshot: a}, {advance: 1h30m}]",
	}
	for _, word := range scenario.Words() {
		steps = append(steps, word.Example)
	}
	files := []string{
		"fixture: {use: [a], items: [lamp: {id: a}], override: [delete: {key: {pk: a, sk: b}}]}\nstart: 2024-09-19T12:00:00+02:00\nsteps: [pause]\n" +
			"triggers: {indicators: {batch_size: 1}}\nneeds: [split]\npatience: 24h\ncold_starts: true\nseed: 7\nobserve: [items, indicators]\n",
		"fixture: [a, b]\nstart: 2024-09-19T10:00:00Z\nsteps: [pause]\ntriggers: [indicators]\n",
	}
	for _, step := range steps {
		files = append(files, head+"  - "+step+"\n")
	}
	for _, file := range files {
		if err := schema.Validate(asJSON(t, []byte(file))); err != nil {
			t.Errorf("%s\n%v", file, err)
		}
	}
}

// TestSchemaRefusesMistakes holds which of the mistakes an editor marks: those of
// testdata/mistakes that have a file which the schema refuses.
func TestSchemaRefusesMistakes(t *testing.T) {
	archives, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	type pair struct{ scenarios, fixtures *jsonschema.Schema }
	compiled := map[bool]pair{} // by whether keys are known
	for _, keys := range []bool{false, true} {
		v := mistakenWords(map[bool]string{true: "key_"}[keys])
		compiled[keys] = pair{compile(t, scenario.Schema(v)), compile(t, scenario.FixtureSchema(v))}
	}
	var got strings.Builder
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		schemas := compiled[strings.HasPrefix(filepath.Base(file), "key_")]
		refused := false
		for _, f := range archive.Files {
			schema := schemas.scenarios
			if strings.HasPrefix(f.Name, "fixtures/") {
				schema = schemas.fixtures
			}
			if !strings.HasSuffix(f.Name, ".yaml") || !readable(f.Data) {
				continue
			}
			refused = schema.Validate(asJSON(t, f.Data)) != nil || refused
		}
		if refused {
			fmt.Fprintln(&got, strings.TrimSuffix(filepath.Base(file), ".txtar"))
		}
	}
	golden.File(t, "testdata/schema_refuses.txt", got.String())
}

func compile(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("scenario.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("scenario.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func readable(text []byte) bool {
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	return err == nil && len(file.Docs) == 1 && file.Docs[0].Body != nil
}

// asJSON is a file as the validator of an editor sees it: tags say nothing to it.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		t.Fatal(err)
	}
	return nodeJSON(file.Docs[0].Body)
}

func nodeJSON(n ast.Node) any {
	switch n := n.(type) {
	case *ast.MappingNode:
		out := map[string]any{}
		for _, v := range n.Values {
			out[v.Key.GetToken().Value] = nodeJSON(v.Value)
		}
		return out
	case *ast.MappingValueNode:
		return map[string]any{n.Key.GetToken().Value: nodeJSON(n.Value)}
	case *ast.SequenceNode:
		out := []any{}
		for _, v := range n.Values {
			out = append(out, nodeJSON(v))
		}
		return out
	case *ast.TagNode:
		return nodeJSON(n.Value)
	case *ast.IntegerNode, *ast.FloatNode:
		if number := json.Number(n.GetToken().Value); json.Valid([]byte(number)) {
			return number
		}
		return n.GetToken().Value
	case *ast.BoolNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.StringNode:
		return n.Value
	case nil, *ast.NullNode:
		return nil
	}
	if n.GetToken().Type == token.NullType {
		return nil
	}
	return n.GetToken().Value
}
