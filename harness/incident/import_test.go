package incident_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/stillwater-streams/stillwater/harness/incident"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

var update = flag.Bool("update", false, "rewrite the goldens of testdata")

// Each file of testdata is an event and what becomes of it.
func TestImport(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string]*txtar.File{}
			for i := range archive.Files {
				parts[archive.Files[i].Name] = &archive.Files[i]
			}
			r, err := incident.Import(bytes.NewReader(parts["event.json"].Data), incident.Options{Name: "incidents/" + name, KeepPersonal: parts["options"] != nil})
			if err != nil {
				t.Fatal(err)
			}
			for part, got := range map[string][]byte{"fixture.yaml": r.Fixture, "scenario.yaml": r.Scenario, "notes.txt": notes(r)} {
				if *update {
					parts[part].Data = got
				} else if d := cmp.Diff(string(parts[part].Data), string(got)); d != "" {
					t.Errorf("%s (-want +got):\n%s", part, d)
				}
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			requireLoads(t, name, r)
		})
	}
}

func notes(r incident.Result) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d records\n", r.Records)
	for _, note := range r.Notes {
		fmt.Fprintln(&b, "note:", note)
	}
	fmt.Fprintln(&b, "replaced:", r.Replaced)
	for _, text := range r.Kept {
		fmt.Fprintln(&b, "kept:", text)
	}
	return b.Bytes()
}

// requireLoads wants the files to be a scenario without mistakes.
func requireLoads(t *testing.T, name string, r incident.Result) {
	t.Helper()
	root := t.TempDir()
	for file, text := range map[string][]byte{
		"scenarios/incidents/" + name + ".yaml": r.Scenario, "fixtures/incidents/" + name + ".yaml": r.Fixture,
	} {
		file = filepath.Join(root, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := scenario.LoadAll(root, scenario.Vocabulary{Tables: []string{"people", "things"}, Views: []string{"all"}}); err != nil {
		t.Errorf("the files do not load:\n%v", err)
	}
}

func TestImportRefuses(t *testing.T) {
	record := func(change string) string {
		return `{"Records": [{"eventName": "INSERT", "eventSourceARN": "arn:aws:dynamodb:r:1:table/things/stream/x", "dynamodb": ` + change + `}]}`
	}
	for name, c := range map[string]struct{ event, want string }{
		"no JSON":       {`Records`, "import: not the JSON of a Lambda event: "},
		"another event": {`{"Records": []}`, `import: no "Records": want the event`},
		"a message about a lost batch": {`{"requestContext": {}, "DDBStreamBatchInfo": {"shardId": "s"}}`,
			"import: a message of an on-failure destination: it names shard and sequence numbers, and holds no records"},
		"an event of a queue": {`{"Records": [{"eventSourceARN": "arn:aws:sqs:r:1:q"}]}`, "import: record 1: eventSourceARN names no table"},
		"no keys":             {record(`{}`), "import: record 1: dynamodb.Keys is missing"},
		"keys only":           {record(`{"Keys": {"id": {"S": "a"}}}`), "import: record 1: INSERT without a new image"},
		"a table of production": {record(`{"Keys": {"id": {"S": "a"}}, "NewImage": {"id": {"S": "a"}}}`),
			`import: record 1 is of table "things", which the project does not have (it has items): say which it stands for with --table`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := incident.Import(strings.NewReader(c.event), incident.Options{Name: "x", Tables: []string{"items"}})
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s…", err, c.want)
			}
		})
	}
}
