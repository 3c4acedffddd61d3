package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

func TestParse(t *testing.T) {
	got, err := mapping.Parse("triggers.json", []byte(`{
		"$schema": "x.json",
		"triggers": {
			"webhook": {"handler": "triggers.webhook.Handle", "table": "integrates_vms",
				"batch_size": 10000, "enabled": false, "timeout": 900, "maximum_retry_attempts": -1},
			"archive": {"handler": "a.b", "table": "vms"}
		},
		"function_prefix": "integrates_streams_"
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []mapping.Mapping{
		{
			Trigger: "archive", Handler: "a.b", Table: "vms", BatchSize: 100, MaximumRetryAttempts: 2,
			RetryDefaulted: true, Timeout: time.Minute, Enabled: true, FunctionPrefix: "integrates_streams_",
		},
		{
			Trigger: "webhook", Handler: "triggers.webhook.Handle", Table: "integrates_vms", BatchSize: 10000,
			MaximumRetryAttempts: -1, Timeout: 15 * time.Minute, FunctionPrefix: "integrates_streams_",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
	if got, want := got[0].FunctionName(), "integrates_streams_archive"; got != want {
		t.Errorf("FunctionName() = %q, want %q", got, want)
	}
}

// one wraps the members of a trigger into a file; they begin in column 22 of line 1.
func one(members string) string {
	return `{"triggers": {"t": {` + members + `}}}`
}

func TestParseRefuses(t *testing.T) {
	const required = `"handler": "h", "table": "vms"`
	for _, test := range []struct {
		name, file string
		want       []string
	}{
		{"nothing", ``, []string{
			`f:1:1: not JSON: unexpected end of JSON input`}},
		{"not JSON", "{\n  \"triggers\": {},\n}", []string{
			`f:3:1: not JSON: invalid character '}' looking for beginning of object key string`}},
		{"cut off", "{\n  \"triggers\": {", []string{
			`f:2:15: not JSON: unexpected end of JSON input`}},
		{"more behind it", `{"triggers": {}} {}`, []string{
			`f:1:18: not JSON: invalid character '{' after top-level value`}},
		{"an array", `[]`, []string{
			`f:1:1: the file must be an object, not []`}},
		{"no triggers", `{"function_prefix": "x"}`, []string{
			`f:1:1: "triggers" is missing: an object with one member per trigger`}},
		{"triggers as a list", `{"triggers": [{"name":   "indicators", "handler": "h", "table": "vms"}]}`, []string{
			`f:1:14: triggers: must be an object with one member per trigger, not [{"name": "indicators", "handler": "h", …`}},
		{"unknown key of the file", `{"triggers": {}, "prefix": ""}`, []string{
			`f:1:18: unknown key "prefix": the file may have $schema, function_prefix, triggers`}},
		{"prefix not a text", `{"triggers": {}, "function_prefix": 1}`, []string{
			`f:1:37: function_prefix: must be a text, not 1`}},
		{"a parameter of Lambda that is not honoured", one(required + `, "filters": []`), []string{
			`f:1:53: unknown key "filters": trigger t may have handler, table, batch_size, enabled, timeout, maximum_retry_attempts`}},
		{"required keys", one(``), []string{
			`f:1:15: trigger t: "handler" is missing: the dotted path of a handler`,
			`f:1:15: trigger t: "table" is missing: the name of a table, 3 to 255 letters, digits, _, - and .`}},
		{"a key twice", one(required + `, "enabled": true, "enabled": false`), []string{
			`f:1:70: key "enabled" is there twice`}},
		{"a trigger twice", `{"triggers": {"t": {` + required + `}, "t": {}}}`, []string{
			`f:1:54: trigger "t" is there twice`}},
		{"a trigger that is no object", `{"triggers": {"t": null}}`, []string{
			`f:1:20: trigger t must be an object, not null`}},
		{"a name that Lambda refuses", `{"triggers": {"a b": {` + required + `}}}`, []string{
			`f:1:15: trigger "a b": its function would be called "a b": Lambda takes 1 to 64 letters, digits, - and _`}},
		{"a trigger without name", `{"function_prefix": "p_", "triggers": {"": {` + required + `}}}`, []string{
			`f:1:40: trigger "": its function would be called "p_": Lambda takes 1 to 64 letters, digits, - and _`}},
		{"a name too long with its prefix", `{"function_prefix": "` + strings.Repeat("p", 60) + `", "triggers": {"indicators": {` + required + `}}}`, []string{
			`f:1:98: trigger "indicators": its function would be called "` + strings.Repeat("p", 60) + `indicators": Lambda takes 1 to 64 letters, digits, - and _`}},
		{"values of the wrong kind", one(`"handler": 1, "table": ["vms"], "enabled": "yes", "batch_size": "100"`), []string{
			`f:1:32: trigger t: handler: must be the dotted path of a handler, not 1`,
			`f:1:44: trigger t: table: must be the name of a table, 3 to 255 letters, digits, _, - and ., not ["vms"]`,
			`f:1:64: trigger t: enabled: must be true or false, not "yes"`,
			`f:1:85: trigger t: batch_size: must be a whole number from 1 to 10000, not "100"`}},
		{"numbers that are not whole", one(required + `, "batch_size": 1e2, "timeout": 60.0`), []string{
			`f:1:67: trigger t: batch_size: must be a whole number from 1 to 10000, not 1e2`,
			`f:1:83: trigger t: timeout: must be a whole number from 1 to 900 seconds, not 60.0`}},
		{"a handler that is no path", one(`"handler": "a..b", "table": "vms"`), []string{
			`f:1:32: trigger t: handler: must be the dotted path of a handler, not "a..b"`}},
		{"characters and not bytes, on a later line", "{\n\"triggers\": {\"t\": {\"handler\": \"ключ\", \"table\": 1}}}", []string{
			`f:2:48: trigger t: table: must be the name of a table, 3 to 255 letters, digits, _, - and ., not 1`}},
		{"all at once, in order", "{\"b\": 1,\n \"triggers\": {},\n \"a\": 2}", []string{
			`f:1:2: unknown key "b": the file may have $schema, function_prefix, triggers`,
			`f:3:2: unknown key "a": the file may have $schema, function_prefix, triggers`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			mappings, err := mapping.Parse("f", []byte(test.file))
			if err == nil {
				t.Fatalf("accepted as %+v", mappings)
			}
			if diff := cmp.Diff(strings.Join(test.want, "\n"), err.Error()); diff != "" {
				t.Errorf("Parse(%s) (-want +got):\n%s", test.file, diff)
			}
		})
	}
}

// property is what the schema says of one key of a trigger.
type property struct {
	Type             string
	Minimum, Maximum *int
	Default          any
}

// TestSchema holds the schema to what Parse does: the same keys, ranges and defaults.
func TestSchema(t *testing.T) {
	var schema struct {
		Defs struct {
			Trigger struct {
				Required   []string
				Properties map[string]property
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(mapping.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	trigger := schema.Defs.Trigger
	if diff := cmp.Diff([]string{"handler", "table"}, trigger.Required); diff != "" {
		t.Errorf("required (-want +got):\n%s", diff)
	}
	_, err := mapping.Parse("f", []byte(one(`"?": 0`)))
	for key := range trigger.Properties {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("the schema has %q, the parser does not", key)
		}
	}
	_, keys, _ := strings.Cut(err.Error(), "may have ")
	if got, want := strings.Count(keys, ", ")+1, len(trigger.Properties); got != want {
		t.Errorf("the parser has %d keys, the schema %d: %s", got, want, keys)
	}
	for key, p := range trigger.Properties {
		if p.Type == "integer" {
			checkRange(t, key, p)
		}
	}
}

func checkRange(t *testing.T, key string, p property) {
	t.Helper()
	for n, legal := range map[int]bool{
		*p.Minimum - 1: false, *p.Minimum: true, *p.Maximum: true, *p.Maximum + 1: false,
	} {
		value, _ := json.Marshal(n)
		_, err := mapping.Parse("f", []byte(one(`"handler": "h", "table": "vms", "`+key+`": `+string(value))))
		if (err == nil) != legal {
			t.Errorf("%s %d: legal in the schema is %v, the parser says: %v", key, n, legal, err)
		}
	}
	said, _ := json.Marshal(p.Default)
	left, err1 := mapping.Parse("f", []byte(one(`"handler": "h", "table": "vms"`)))
	given, err2 := mapping.Parse("f", []byte(one(`"handler": "h", "table": "vms", "`+key+`": `+string(said))))
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	left[0].RetryDefaulted, given[0].RetryDefaulted = false, false
	if diff := cmp.Diff(given, left); diff != "" {
		t.Errorf("%s: default of the schema, of the parser:\n%s", key, diff)
	}
}
