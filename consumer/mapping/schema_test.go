package mapping_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// compiled is the schema, held to its own schema, draft 2020-12.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(mapping.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	const draft = "https://json-schema.org/draft/2020-12/schema"
	if said := document.(map[string]any)["$schema"]; said != draft {
		t.Fatalf("$schema is %v, want %s", said, draft)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("triggers.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("triggers.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestSchemaIsHeldToItsOwn: compiled can fail.
func TestSchemaIsHeldToItsOwn(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(
		`{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "integers"}`))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("wrong.json", document); err != nil {
		t.Fatal(err)
	}
	if _, err := compiler.Compile("wrong.json"); err == nil {
		t.Error("a schema with a type that there is not was compiled")
	}
}

// verdicts says what the schema and what the parser have against a file.
func verdicts(t interface{ Fatal(...any) }, schema *jsonschema.Schema, file string) (bySchema, byParser error) {
	instance, err := jsonschema.UnmarshalJSON(strings.NewReader(file))
	if err != nil {
		t.Fatal(err, file)
	}
	_, byParser = mapping.Parse("f", []byte(file))
	return schema.Validate(instance), byParser
}

// values are what the tests give to every key: each kind of JSON value, the ends
// of every range and one beyond them, and every text that any key takes.
func values(t *testing.T) []string {
	list := []string{
		`null`, `true`, `false`, `""`, `"x"`, `"100"`, `[]`, `{}`, `[[]]`, `[{}]`, `[null]`, `1.5`, `-0.5`, `99999999999999999999`,
		`"TRIM_HORIZON"`, `"LATEST"`, `"AT_TIMESTAMP"`, `"latest"`, `"a.b"`, `"triggers/indicators.Handle"`, `"a..b"`, `"vms"`, `"vm"`,
		`["ReportBatchItemFailures"]`, `["ReportBatchItemFailures", "ReportBatchItemFailures"]`, `["EventCount"]`, `["ErrorCount"]`, `["EventCount", "EventCount"]`,
		`"arn:aws:sqs:us-east-1:123456789012:dlq"`, `"arn:aws:sqs:us-east-1:123456789012:dlq.fifo"`, `"arn:aws:sqs:us-east-1:1:dlq"`, `"arn:aws:sqs::123456789012:dlq"`,
		`"arn:aws:sns:us-east-1:123456789012:topic"`, `"arn:aws:sns::123456789012:topic"`, `"arn:aws:sns:us-east-1:1:topic"`, `"arn:aws:sns:us-east-1:123456789012:topic.fifo"`,
		`"arn:aws:sns:us-east-1:123456789012:"`, `"arn:aws:sqs:us-east-1:123456789012:a:b"`, `"arn:aws:sqs:us-east-1"`, `"arn:aws-cn:sqs:cn-north-1:123456789012:dlq"`, `"arn:aws:s3:::Bucket"`,
		`"arn:aws:s3:::bucket"`, `"arn:aws:s3:us-east-1::bucket"`, `"arn:aws:s3:::bucket/folder"`, `"arn:aws:s3:::b"`,
		`"arn:aws:lambda:us-east-1:123456789012:function:f"`, `"kafka://topic"`, `"dlq"`, `"dlq.fifo"`, `"two words"`,
		`"https://sqs.us-east-1.amazonaws.com/123456789012/dlq"`, `"https://sqs.us-east-1.amazonaws.com/dlq"`, `"http://127.0.0.1:9324/000000000000/dlq"`,
		`"http://sqs.us-east-1.amazonaws.com/123456789012/dlq"`, `"` + strings.Repeat("q", 80) + `"`, `"` + strings.Repeat("q", 81) + `"`, `"` + strings.Repeat("q", 256) + `"`,
	}
	seen := map[int]bool{}
	for _, p := range schemaOf(t) {
		if p.Minimum != nil {
			for _, n := range []int{*p.Minimum - 1, *p.Minimum, *p.Minimum + 1, *p.Maximum - 1, *p.Maximum, *p.Maximum + 1} {
				seen[n] = true
			}
		}
	}
	for _, n := range []int{-1, 0, 59, 60, 86400} {
		seen[n] = true
	}
	for n := range seen {
		list = append(list, fmt.Sprint(n))
	}
	return list
}

// TestSchemaAndParserAgree: over every value for every key the schema and the
// parser give the same verdict, and neither refuses all or takes all.
func TestSchemaAndParserAgree(t *testing.T) {
	schema := compiled(t)
	all := values(t)
	for key := range schemaOf(t) {
		taken := 0
		for _, value := range all {
			members := required + `, "` + key + `": ` + value
			if strings.Contains(required, `"`+key+`"`) { // given once
				members = regexp.MustCompile(`("`+key+`": )"\w+"`).ReplaceAllLiteralString(required, `"`+key+`": `+value)
			}
			bySchema, byParser := verdicts(t, schema, one(members))
			if (bySchema == nil) != (byParser == nil) {
				t.Errorf("%s: %s\nthe schema says: %v\nthe parser says: %v", key, value, bySchema, byParser)
			}
			if byParser == nil {
				taken++
			}
		}
		if taken == 0 || taken == len(all) {
			t.Errorf("%s: takes %d of %d values: the table says nothing about it", key, taken, len(all))
		}
	}
}

// TestSchemaAndParserAgreeOnTheFile is the same for what is around triggers, and
// for what keys do together.
func TestSchemaAndParserAgreeOnTheFile(t *testing.T) {
	schema := compiled(t)
	for file, legal := range map[string]bool{
		everything:         true,
		`{"triggers": {}}`: true,
		`{"triggers": {}, "$schema": "x", "function_prefix": "` + strings.Repeat("p", 63) + `"}`: true,
		`{"triggers": {}, "function_prefix": "` + strings.Repeat("p", 64) + `"}`:                 false,
		`{"triggers": {}, "function_prefix": "a b"}`:                                             false,
		`{"triggers": {}, "function_prefix": null}`:                                              false,
		`{"triggers": {}, "$schema": 1}`:                                                         false,
		`{"triggers": {}, "version": 1}`:                                                         false,
		`{}`:                                                                                     false,
		`[]`:                                                                                     false,
		`null`:                                                                                   false,
		`{"triggers": []}`:                                                                       false,
		`{"triggers": {"t": []}}`:                                                                false,
		`{"triggers": {"t": {}}}`:                                                                false,
		`{"triggers": {"": {` + required + `}}}`:                                                 false,
		`{"triggers": {"a b": {` + required + `}}}`:                                              false,
		`{"triggers": {"` + strings.Repeat("t", 64) + `": {` + required + `}}}`: true,
		`{"triggers": {"` + strings.Repeat("t", 65) + `": {` + required + `}}}`: false,
		one(`"handler": "h"`):                                false,
		one(`"table": "vms"`):                                false,
		one(required):                                        true,
		one(required + `, "BatchSize": 1`):                   false,
		one(required + `, "provisioned_poller_config": {}`):  false,
		one(required + `, "tumbling_window_in_seconds": 30`): true,
		one(required + `, "tumbling_window_in_seconds": 30, "parallelization_factor": 1`):                                   true,
		one(required + `, "tumbling_window_in_seconds": 30, "parallelization_factor": 2`):                                   false,
		one(required + `, "tumbling_window_in_seconds": 0, "parallelization_factor": 10`):                                   true,
		one(required + `, "batch_size": 100, "maximum_batching_window_in_seconds": 0`):                                      true,
		one(required + `, "filters": [` + strings.Repeat(`{"eventName": ["INSERT"]}, `, 9) + `{"eventName": ["INSERT"]}]`):  true,
		one(required + `, "filters": [` + strings.Repeat(`{"eventName": ["INSERT"]}, `, 10) + `{"eventName": ["INSERT"]}]`): false,
	} {
		bySchema, byParser := verdicts(t, schema, file)
		if (bySchema == nil) != legal || (byParser == nil) != legal {
			t.Errorf("%s: legal: %v\nthe schema says: %v\nthe parser says: %v", file, legal, bySchema, byParser)
		}
	}
}

// TestSchemaAndParserAgreeOnPatterns is the same for the grammar of filters.
func TestSchemaAndParserAgreeOnPatterns(t *testing.T) {
	schema := compiled(t)
	for pattern, legal := range map[string]bool{
		`{"eventName": ["INSERT"]}`: true,
		`{"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"a": {"S": ["", null, 1, 1.5, true, false]}}}}`: true,
		`{"a": [{"prefix": "x"}, {"suffix": "x"}, {"equals-ignore-case": "x"}, {"exists": true}, {"exists": false}]}`:  true,
		`{"a": [{"anything-but": "x"}, {"anything-but": 1}, {"anything-but": ["x", "y"]}, {"anything-but": [1, 2]}]}`:  true,
		`{"a": [{"numeric": ["=", 1]}, {"numeric": ["<=", 1e3]}, {"numeric": [">", -1, "<=", 5.5]}]}`:                  true,
		`{"$or": [{"a": ["x"]}, {"b": {"c": ["y"]}}], "d": ["z"]}`:                                                     true,
		`{"a": {"$or": [{"b": ["x"]}, {"$or": [{"c": ["x"]}, {"d": ["x"]}]}]}}`:                                        true,
		`{"prefix": ["x"]}`: true, // a key like any other
		`{}`:                false,
		`{"a": {}}`:         false,
		`{"a": []}`:         false,
		`{"a": "x"}`:        false,
		`{"a": 1}`:          false,
		`{"a": null}`:       false,
		`{"a": [["x"]]}`:    false,
		`{"a": [{}]}`:       false,
		`{"a": [{"prefix": "x", "suffix": "y"}]}`:                 false,
		`{"a": [{"prefix": 1}]}`:                                  false,
		`{"a": [{"prefix": ["x"]}]}`:                              false,
		`{"a": [{"prefix": {"equals-ignore-case": "x"}}]}`:        false,
		`{"a": [{"suffix": null}]}`:                               false,
		`{"a": [{"equals-ignore-case": true}]}`:                   false,
		`{"a": [{"exists": "true"}]}`:                             false,
		`{"a": [{"exists": null}]}`:                               false,
		`{"a": [{"anything-but": []}]}`:                           false,
		`{"a": [{"anything-but": null}]}`:                         false,
		`{"a": [{"anything-but": true}]}`:                         false,
		`{"a": [{"anything-but": ["x", 1]}]}`:                     false,
		`{"a": [{"anything-but": [null]}]}`:                       false,
		`{"a": [{"anything-but": {"prefix": "x"}}]}`:              false,
		`{"a": [{"numeric": 1}]}`:                                 false,
		`{"a": [{"numeric": []}]}`:                                false,
		`{"a": [{"numeric": ["="]}]}`:                             false,
		`{"a": [{"numeric": ["==", 1]}]}`:                         false,
		`{"a": [{"numeric": ["=", "1"]}]}`:                        false,
		`{"a": [{"numeric": ["<", 5, ">", 1]}]}`:                  false,
		`{"a": [{"numeric": [">", 1, "<"]}]}`:                     false,
		`{"a": [{"numeric": [">", 1, "<", 5, "=", 3]}]}`:          false,
		`{"a": [{"numeric": ["=", 1, "<", 5]}]}`:                  false,
		`{"a": [{"cidr": "10.0.0.0/8"}]}`:                         false,
		`{"a": [{"wildcard": "x*"}]}`:                             false,
		`{"a": [{"exactly": "x"}]}`:                               false,
		`{"a": [{"Prefix": "x"}]}`:                                false,
		`{"$or": []}`:                                             false,
		`{"$or": [{"a": ["x"]}]}`:                                 false,
		`{"$or": {"a": ["x"]}}`:                                   false,
		`{"$or": ["x", "y"]}`:                                     false,
		`{"$or": [{"a": ["x"]}, {}]}`:                             false,
		`{"$or": [{"a": ["x"]}, {"prefix": ["x"]}]}`:              false,
		`{"$or": [{"a": ["x"]}, {"b": {"numeric": ["x"]}}]}`:      false,
		`{"a": [{"$or": [{"b": ["x"]}, {"c": ["x"]}]}]}`:          false,
		`{"Pattern": "{\"eventName\": [\"INSERT\"]}"}`:            false,
		`{"dynamodb": {"NewImage": {"état": {"S": ["ouvert"]}}}}`: true,
	} {
		bySchema, byParser := verdicts(t, schema, one(required+`, "filters": [`+pattern+`]`))
		if (bySchema == nil) != legal || (byParser == nil) != legal {
			t.Errorf("%s: legal: %v\nthe schema says: %v\nthe parser says: %v", pattern, legal, bySchema, byParser)
		}
	}
}

// TestBeyondTheSchema lists what no schema can say, or not without becoming
// unreadable: there the parser alone refuses.
func TestBeyondTheSchema(t *testing.T) {
	schema := compiled(t)
	for name, file := range map[string]string{
		"a key twice":                       one(required + `, "enabled": true, "enabled": true`),
		"a trigger twice":                   `{"triggers": {"t": {` + required + `}, "t": {` + required + `}}}`,
		"a whole number with a point":       one(required + `, "batch_size": 100.0`),
		"a whole number with an e":          one(required + `, "batch_size": 1e2`),
		"a name too long with prefix":       `{"function_prefix": "` + strings.Repeat("p", 60) + `", "triggers": {"indicators": {` + required + `}}}`,
		"a pattern of 4097 characters":      one(required + `, "filters": [{"eventName": ["` + strings.Repeat("x", 4097-len(`{"eventName":[""]}`)) + `"]}]`),
		"an operator twice":                 one(required + `, "filters": [{"a": [{"prefix": "x", "prefix": "y"}]}]`),
		"an empty range":                    one(required + `, "filters": [{"a": [{"numeric": [">", 5, "<", 1]}]}]`),
		"too many combinations of $or":      one(required + `, "filters": [{` + strings.Repeat(`"$or": [{"a": ["x"]}, {"b": ["x"]}], "z": {`, 12) + `"$or": [{"a": ["x"]}, {"b": ["x"]}]` + strings.Repeat(`}`, 12) + `}]`),
		"a queue at a host that is no host": one(required + `, "on_failure": "https://%zz/123456789012/dlq"`),
	} {
		bySchema, byParser := verdicts(t, schema, file)
		if bySchema != nil || byParser == nil {
			t.Errorf("%s:\nthe schema says: %v\nthe parser says: %v", name, bySchema, byParser)
		}
	}
}

// TestSchemaAndParserAgreeOnAnything is the same over files with any keys
// together, of which most are wrong somewhere.
func TestSchemaAndParserAgreeOnAnything(t *testing.T) {
	schema := compiled(t)
	all := values(t)
	var keys []string
	for key := range schemaOf(t) {
		keys = append(keys, key)
	}
	keys = append(keys, "BatchSize")
	rapid.Check(t, func(t *rapid.T) {
		trigger := map[string]json.RawMessage{"handler": json.RawMessage(`"h"`), "table": json.RawMessage(`"vms"`)}
		for range rapid.IntRange(0, 4).Draw(t, "keys") {
			trigger[rapid.SampledFrom(keys).Draw(t, "key")] = json.RawMessage(rapid.SampledFrom(all).Draw(t, "value"))
		}
		file, err := json.Marshal(map[string]any{"triggers": map[string]any{"t": trigger}})
		if err != nil {
			t.Fatal(err)
		}
		bySchema, byParser := verdicts(t, schema, string(file))
		if (bySchema == nil) != (byParser == nil) {
			t.Fatalf("%s\nthe schema says: %v\nthe parser says: %v", file, bySchema, byParser)
		}
	})
}

// TestKeysAndDefaults: the schema and the parser have the same keys, and a key
// left out is the same as one with the default of the schema.
func TestKeysAndDefaults(t *testing.T) {
	_, err := mapping.Parse("f", []byte(one(`"?": 0`)))
	_, list, _ := strings.Cut(err.Error(), "may have ")
	list, _, _ = strings.Cut(list, "\n")
	known := map[string]bool{}
	for _, key := range strings.Split(list, ", ") {
		known[key] = true
	}
	left := parse(t, one(required))
	for key, p := range schemaOf(t) {
		if !known[key] {
			t.Errorf("the schema has %q, the parser does not", key)
		}
		delete(known, key)
		if p.Default == nil {
			continue
		}
		said, _ := json.Marshal(p.Default)
		given := parse(t, one(required+`, "`+key+`": `+string(said)))
		if diff := cmp.Diff(given, left, byPatterns(), cmpopts.IgnoreFields(mapping.Mapping{}, "Given", "RetryDefaulted")); diff != "" {
			t.Errorf("%s: default of the schema (-), of the parser (+):\n%s", key, diff)
		}
	}
	if len(known) > 0 {
		t.Errorf("the parser has keys that the schema does not: %v", known)
	}
}

// TestDocumentation: the table in doc.go has every key, with the ends of its
// range, its default and its name in Lambda.
func TestDocumentation(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for key, p := range schemaOf(t) {
		row := regexp.MustCompile(`(?m)^//\t` + key + ` .*$`).FindString(string(doc))
		words := strings.Fields(row)
		want := regexp.MustCompile(`^Lambda's (\w+)`).FindStringSubmatch(p.Description)
		if want != nil {
			want = want[1:]
		}
		if p.Minimum != nil {
			want = append(want, fmt.Sprint(*p.Minimum), fmt.Sprint(*p.Maximum))
		}
		if p.Default != nil {
			said, _ := json.Marshal(p.Default)
			want = append(want, strings.Trim(string(said), `"`))
		}
		for _, w := range append(want, key) {
			if !slices.Contains(words, w) {
				t.Errorf("doc.go: the row of %s lacks %s: %q", key, w, row)
			}
		}
	}
}
