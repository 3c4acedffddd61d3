package scenario_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// wholeWords are the words of a project that has a trigger and one view, so that
// everything may be named and some things left out.
func wholeWords() scenario.Vocabulary {
	v := words()
	v.Views = []string{"doors"}
	v.Triggers = []string{"counter", "archive"}
	return v
}

// readSteps loads a scenario of these steps; after holds more top level keys.
func readSteps(t *testing.T, steps, after string) (*scenario.Scenario, error) {
	t.Helper()
	root := tree(t, "fixtures/empty.yaml", "items: []\n", "scenarios/a.yaml", head+steps+"\n"+after)
	return scenario.Load(root, "scenarios/a.yaml", wholeWords())
}

func TestControls(t *testing.T) {
	at := time.Date(2024, 9, 20, 10, 0, 0, 0, time.UTC)
	key := item("pk", text("a"), "sk", text("b"))
	for step, want := range map[string]struct {
		control scenario.Control
		text    string
	}{
		"at: 2024-09-20T12:00:00+02:00":                     {scenario.At{Time: at}, "at 2024-09-20T12:00:00+02:00"},
		"advance: 1h30m":                                    {scenario.Advance{For: 90 * time.Minute}, "advance 1h30m"},
		"settle":                                            {scenario.Settle{}, "settle"},
		"snapshot: before the reattack":                     {scenario.Snapshot{Name: "before the reattack"}, "snapshot before the reattack"},
		"expect: {of: d1, path: a.b, is: 9.80}":             {scenario.Expect{View: "doors", Of: "d1", Path: "a.b", Is: number("9.80")}, "expect d1 path=a.b is=9.80"},
		"expect: {view: items, of: d1, absent: true}":       {scenario.Expect{View: "items", Of: "d1", Absent: true}, "expect items of=d1 absent=true"},
		"expect: {of: d1, is: {open: true}}":                {scenario.Expect{View: "doors", Of: "d1", Is: attributeMap("open", boolean(true))}, "expect d1 is={open=true}"},
		"fail: {trigger: counter}":                          {scenario.Fail{Trigger: "counter", Times: 1}, "fail counter"},
		"fail: {trigger: counter, times: 2, after: writes}": {scenario.Fail{Trigger: "counter", Times: 2, AfterWrites: true}, "fail counter times=2 after=writes"},
		"throttle: {trigger: counter, times: 3}":            {scenario.Throttle{Trigger: "counter", Times: 3}, "throttle counter times=3"},
		"fail_call: {trigger: counter, operation: UpdateItem, error: ThrottlingException}":   {scenario.FailCall{Trigger: "counter", Operation: "UpdateItem", Error: "ThrottlingException", Times: 1}, "fail_call counter operation=UpdateItem error=ThrottlingException"},
		"fail_call: {trigger: counter, operation: SendMessage, error: OverLimit, times: 12}": {scenario.FailCall{Trigger: "counter", Operation: "SendMessage", Error: "OverLimit", Times: 12}, "fail_call counter operation=SendMessage error=OverLimit times=12"},
		"fail_call: {trigger: counter, error: InternalServerError}":                          {scenario.FailCall{Trigger: "counter", Error: "InternalServerError", Times: 1}, "fail_call counter error=InternalServerError"},
		"time_out: {trigger: counter, call: 2}":                                              {scenario.TimeOut{Trigger: "counter", Call: 2}, "time_out counter call=2"},
		"kill":                                                                               {scenario.Kill{}, "kill"},
		"kill: {after: counter}":                                                             {scenario.Kill{Trigger: "counter"}, "kill counter"},
		"deliver_again: {trigger: archive}":                                                  {scenario.DeliverAgain{Trigger: "archive", Times: 1}, "deliver_again archive"},
		"expire: {key: {pk: a, sk: b}}":                                                      {scenario.Expire{Table: "house", Key: key}, "expire {pk=a sk=b}"},
		"split: {table: house}":                                                              {scenario.ShardChange{Kind: "split", Table: "house"}, "split house"},
		"close_shard":                                                                        {scenario.ShardChange{Kind: "close_shard", Table: "house"}, "close_shard"},
		"trim: {}":                                                                           {scenario.ShardChange{Kind: "trim", Table: "house"}, "trim"},
		"expire_iterators":                                                                   {scenario.ShardChange{Kind: "expire_iterators", Table: "house"}, "expire_iterators"},
		"stale_reads: {times: 4}":                                                            {scenario.StaleReads{Times: 4}, "stale_reads 4"},
		"stale_reads":                                                                        {scenario.StaleReads{Times: 1}, "stale_reads"},
	} {
		after := ""
		for _, need := range scenario.Needs() {
			if strings.HasPrefix(step+":", need+":") {
				after = "needs: [" + need + "]\n"
			}
		}
		sc, err := readSteps(t, "  - "+step, after)
		if err != nil {
			t.Errorf("%s: %v", step, err)
			continue
		}
		got := sc.Steps[0]
		wanted := scenario.Step{Pos: got.Pos, Verb: strings.SplitN(step, ":", 2)[0], Control: want.control, Text: want.text}
		if diff := cmp.Diff(wanted, got, ignoreSDK()); diff != "" {
			t.Errorf("%s: - want, + got:\n%s", step, diff)
		}
	}
}

// Every word is documented by an example that loads.
func TestExamplesOfWordsLoad(t *testing.T) {
	v := wholeWords()
	v.Views, v.Tables, v.Triggers = []string{"indicators"}, []string{"integrates_vms"}, []string{"indicators", "webhook"}
	idArgs := func() any { return new(lampArgs) }
	v.Mutations = []scenario.Verb{{Name: "close", New: idArgs}, {Name: "reopen", New: idArgs}}
	for _, word := range scenario.Words() {
		needs := ""
		for _, need := range scenario.Needs() {
			if need == word.Name {
				needs = "needs: [" + need + "]\n"
			}
		}
		root := tree(t, "fixtures/empty.yaml", "items: []\n", "scenarios/a.yaml", head+"  - "+word.Example+"\n"+needs)
		sc, err := scenario.Load(root, "scenarios/a.yaml", v)
		if err != nil {
			t.Errorf("%s: %v", word.Name, err)
			continue
		}
		if sc.Steps[0].Verb != word.Name || word.Doc == "" {
			t.Errorf("%s: the example is one of %s; documented as %q", word.Name, sc.Steps[0].Verb, word.Doc)
		}
	}
}

// Every step that the manual shows loads.
func TestManualLoads(t *testing.T) {
	manual, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	type vulnerabilities struct {
		Vulnerabilities []string `yaml:"vulnerabilities"`
	}
	v := scenario.Vocabulary{
		Views: []string{"indicators"}, Tables: []string{"t"}, Triggers: []string{"indicators", "webhook"},
		Keys: map[string][]string{"t": {"pk", "sk"}},
	}
	for _, name := range []string{"close_vulnerabilities", "reopen_vulnerabilities"} {
		v.Mutations = append(v.Mutations, scenario.Verb{Name: name, New: func() any { return new(vulnerabilities) }})
	}
	shown := 0
	for _, line := range strings.Split(string(manual), "\n") {
		step, isCode := strings.CutPrefix(line, "//\t")
		step, _, _ = strings.Cut(step, "  ") // what stands behind explains it
		word, _, _ := strings.Cut(step, ":")
		if !isCode || !slices.ContainsFunc(scenario.Words(), func(w scenario.Word) bool { return w.Name == word }) {
			continue
		}
		shown++
		if slices.Contains(scenario.Needs(), word) {
			step += "\nneeds: [" + word + "]"
		}
		text := "fixture: {items: []}\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - " + step + "\n"
		if _, err := scenario.Parse("manual", []byte(text), nil, v); err != nil {
			t.Error(err)
		}
	}
	if want := len(scenario.Words()); shown < want {
		t.Errorf("the manual shows %d steps, fewer than there are words (%d)", shown, want)
	}
}

func TestGroups(t *testing.T) {
	sc, err := readSteps(t, strings.Join([]string{
		"  - together:",
		"      - open_door: {door: front}",
		"      - delete: {key: {pk: a}}",
		"  - backlog:",
		"      - batch: [put: {item: {pk: a}}, delete: {key: {pk: b}}]",
		"      - pause",
		"      - settle",
		"      - snapshot: halfway",
	}, "\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	at := func(line, col int) scenario.Position {
		return scenario.Position{File: "scenarios/a.yaml", Line: line, Col: col}
	}
	want := []scenario.Step{
		{Pos: at(4, 5), Verb: "together", Text: "together [open_door front, delete a]", Steps: []scenario.Step{
			{Pos: at(5, 9), Verb: "open_door", Args: &openArgs{Door: "front"}, Text: "open_door front"},
			{Pos: at(6, 9), Verb: "delete", Text: "delete a", Writes: []scenario.Write{{Op: "delete", Table: "house", Key: item("pk", text("a"))}}},
		}},
		{Pos: at(7, 5), Verb: "backlog", Text: "backlog [batch [put a, delete b], pause, settle, snapshot halfway]", Steps: []scenario.Step{
			{Pos: at(8, 9), Verb: "batch", Text: "batch [put a, delete b]", Writes: []scenario.Write{
				{Op: "put", Table: "house", Item: item("pk", text("a"))},
				{Op: "delete", Table: "house", Key: item("pk", text("b"))},
			}},
			{Pos: at(9, 9), Verb: "pause", Args: &pauseArgs{}, Text: "pause"},
			{Pos: at(10, 9), Verb: "settle", Control: scenario.Settle{}, Text: "settle"},
			{Pos: at(11, 9), Verb: "snapshot", Control: scenario.Snapshot{Name: "halfway"}, Text: "snapshot halfway"},
		}},
	}
	if diff := cmp.Diff(want, sc.Steps, ignoreSDK()); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestSettings(t *testing.T) {
	sc, err := readSteps(t, "  - split", strings.Join([]string{
		"needs: [split]",
		"patience: 24h",
		"cold_starts: true",
		"seed: 7",
		"observe: [items, doors]",
		"triggers:",
		"  counter: {batch_size: 1, filters: [{dynamodb: {NewImage: {id: {S: [a, null]}}}}], maximum_retry_attempts: -1, enabled: false}",
		"  archive: {}",
		"",
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	overrides := `{"batch_size":1,"filters":[{"dynamodb":{"NewImage":{"id":{"S":["a",null]}}}}],"maximum_retry_attempts":-1,"enabled":false}`
	at := func(line int) scenario.Position {
		return scenario.Position{File: "scenarios/a.yaml", Line: line, Col: 3}
	}
	want := []scenario.Trigger{{Pos: at(11), Name: "counter", Overrides: []byte(overrides)}, {Pos: at(12), Name: "archive"}}
	if diff := cmp.Diff(want, sc.Triggers); diff != "" {
		t.Errorf("triggers: - want, + got:\n%s", diff)
	}
	if sc.Patience != 24*time.Hour || !sc.ColdStarts || sc.Seed != 7 || !cmp.Equal(sc.Needs, []string{"split"}) || !cmp.Equal(sc.Observe, []string{"items", "doors"}) {
		t.Errorf("got patience %v, cold starts %v, seed %d, needs %v, observe %v", sc.Patience, sc.ColdStarts, sc.Seed, sc.Needs, sc.Observe)
	}

	sc, err = readSteps(t, "  - pause", "triggers: [archive]\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]scenario.Trigger{{Pos: scenario.Position{File: "scenarios/a.yaml", Line: 5, Col: 12}, Name: "archive"}}, sc.Triggers); diff != "" {
		t.Errorf("triggers as a list: - want, + got:\n%s", diff)
	}
}
