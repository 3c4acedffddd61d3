package scenario

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"time"
)

// node is one schema of the JSON Schema.
type node = map[string]any

// Schema is the JSON Schema (2020-12) of scenario files with the words of a
// vocabulary, for editors: it completes and explains verbs and arguments, and marks
// most of what [Load] refuses. What no schema can say (names of fixtures, an
// argument that goes with another, a clock that would go back) only Load tells.
//
// Editors must be told the tags of values: for the YAML language server
// "yaml.customTags": ["!S", "!N", "!B", "!SS sequence", "!NS sequence",
// "!BS sequence", "!ddb mapping"].
func Schema(v Vocabulary) []byte {
	s := schema{v}
	return s.document("Stillwater scenario", s.scenario())
}

// FixtureSchema is that of fixture files.
func FixtureSchema(v Vocabulary) []byte {
	s := schema{v}
	return s.document("Stillwater fixture", s.content())
}

type schema struct{ vocab Vocabulary }

func (s schema) document(title string, body node) []byte {
	body["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	body["title"] = title
	body["$defs"] = node{
		"step":     s.step(scenarioSteps),
		"together": s.step(togetherSteps),
		"backlog":  s.step(backlogSteps),
		"item":     s.step(fixtureItems),
		"override": s.step(fixtureOverride),
		"transact": s.step(transaction),
		"batch":    s.step(batchWrites),
	}
	text, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		panic(err) // maps of texts, numbers and lists always marshal
	}
	return append(text, '\n')
}

func (s schema) scenario() node {
	return node{
		"type": "object", "additionalProperties": false,
		"required": []string{"fixture", "start", "steps"},
		"properties": node{
			"title":       described(text(), "One sentence that says what the scenario shows."),
			"fixture":     described(s.fixture(), "What the tables hold before: NAME, a list of NAMEs, or use, items and override."),
			"start":       described(pointInTime(), "The virtual clock at the first step."),
			"triggers":    described(s.triggers(), "The triggers that run, with overrides of their mappings; without it every one that is enabled."),
			"needs":       described(listOf(oneOf(Needs())), "What an engine must be able to do; others skip the scenario."),
			"patience":    described(span(), "How much virtual time a settling may take."),
			"cold_starts": described(node{"type": "boolean"}, "Makes every invocation a cold start."),
			"seed":        described(node{"type": "integer", "minimum": 1}, "The order of calls that are made at the same time; without it one after the other."),
			"steps":       described(steps(scenarioSteps, 1), "What happens, each step settled before the next."),
			"observe":     described(listOf(oneOf(s.vocab.allViews())), "The views that the snapshot shows; without it what the project says."),
		},
	}
}

func (s schema) fixture() node {
	return node{"anyOf": []node{text(), listOf(text()), s.content()}}
}

func (s schema) content() node {
	return node{
		"type": "object", "additionalProperties": false,
		"properties": node{
			"use":      described(listOf(text()), "Other fixtures, below fixtures/, that this one builds on."),
			"items":    described(steps(fixtureItems, 0), "Seeds and raw puts."),
			"override": described(steps(fixtureOverride, 1), "Updates and deletes of items that the fixture has."),
		},
		"anyOf": []node{{"required": []string{"use"}}, {"required": []string{"items"}}},
	}
}

func (s schema) triggers() node {
	overrides := node{}
	for _, name := range s.vocab.Triggers {
		overrides[name] = node{"type": []string{"object", "null"}}
	}
	return node{"anyOf": []node{
		listOf(oneOf(s.vocab.Triggers)),
		{"type": "object", "additionalProperties": false, "minProperties": 1, "properties": overrides},
	}}
}

// steps is a list of the steps of a place.
func steps(p place, least int) node {
	return node{"type": "array", "minItems": least, "items": node{"$ref": "#/$defs/" + p.definition()}}
}

func (p place) definition() string {
	return [...]string{"step", "together", "backlog", "item", "override", "transact", "batch"}[p]
}

// step is a word alone, or a mapping from a word to its arguments.
func (s schema) step(p place) node {
	verbs, own := s.vocab.words(p)
	properties := node{}
	alone := []string{}
	add := func(name string, body node) {
		properties[name] = body
		if types, ok := body["type"].([]string); ok && slices.Contains(types, "null") {
			alone = append(alone, name)
		}
	}
	for _, verb := range verbs {
		add(verb.Name, described(s.arguments(reflect.TypeOf(verb.New()).Elem()), verb.Doc))
	}
	for _, word := range Words() {
		if slices.Contains(own, word.Name) {
			add(word.Name, described(s.word(word.Name), word.Doc+"\n\n    - "+word.Example))
		}
	}
	mapping := node{
		"type": "object", "minProperties": 1, "maxProperties": 1,
		"additionalProperties": false, "properties": properties,
	}
	if len(alone) == 0 {
		return mapping
	}
	return node{"anyOf": []node{mapping, oneOf(alone)}}
}

// word is what stands after a word of this package.
func (s schema) word(name string) node {
	switch name {
	case verbPut:
		return s.write("item", nil)
	case verbUpdate:
		return s.write("key", node{"set": attributes(), "remove": listOf(text())})
	case verbDelete:
		return s.write("key", nil)
	case verbTransact:
		return limited(steps(transaction, 1), maxTransaction)
	case verbBatch:
		return limited(steps(batchWrites, 1), maxBatch)
	case verbTogether:
		return steps(togetherSteps, 2)
	case verbBacklog:
		return steps(backlogSteps, 1)
	}
	words := controlWords()
	word := words[slices.IndexFunc(words, func(w controlWord) bool { return w.Name == name })]
	if word.args == nil {
		return word.value()
	}
	return s.arguments(reflect.TypeOf(word.args()).Elem())
}

// write is the body of put, update or delete.
func (s schema) write(what string, more node) node {
	properties := node{"table": oneOf(s.vocab.Tables)}
	required := []string{what}
	if s.vocab.mainTable() == "" {
		required = append(required, "table")
	}
	if what == "item" {
		properties["item"] = s.item()
	} else {
		properties["key"] = s.key()
	}
	for name, body := range more {
		properties[name] = body
	}
	body := node{"type": "object", "additionalProperties": false, "required": required, "properties": properties}
	if _, changes := more["set"]; changes {
		body["anyOf"] = []node{{"required": []string{"set"}}, {"required": []string{"remove"}}}
	}
	return body
}

// attributes are names and values, of which a schema sees the plain ones only.
func attributes() node { return node{"type": "object", "minProperties": 1} }

// item is a whole item; its key is known where there is one table.
func (s schema) item() node {
	body := attributes()
	if names := s.onlyKey(); names != nil {
		body["required"] = names
	}
	return body
}

func (s schema) key() node {
	body := s.item()
	if names := s.onlyKey(); names != nil {
		body["maxProperties"] = len(names)
	}
	return body
}

func (s schema) onlyKey() []string {
	if len(s.vocab.Tables) != 1 {
		return nil
	}
	return s.vocab.Keys[s.vocab.Tables[0]]
}

// arguments is a struct that a verb fills.
func (s schema) arguments(t reflect.Type) node {
	properties, required := node{}, []string{}
	for _, f := range fieldsOf(t) {
		properties[f.name] = s.argument(f.typ)
		if !f.optional {
			required = append(required, f.name)
		}
	}
	body := node{"type": "object", "additionalProperties": false, "properties": properties}
	if len(required) == 0 {
		body["type"] = []string{"object", "null"}
	} else {
		body["required"] = required
	}
	return body
}

// argument is one field, as decode fills it.
func (s schema) argument(t reflect.Type) node {
	value := reflect.New(t).Interface()
	switch v := value.(type) {
	case *time.Time:
		return pointInTime()
	case *time.Duration:
		return span()
	case *Number:
		return node{"type": "number"}
	case argument:
		return v.schema(s)
	case encoding.TextUnmarshaler:
		return text()
	}
	switch t.Kind() {
	case reflect.Bool:
		return node{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return node{"type": "integer"}
	case reflect.Pointer:
		return s.argument(t.Elem())
	case reflect.Slice:
		return listOf(s.argument(t.Elem()))
	case reflect.Struct:
		return s.arguments(t)
	}
	if chooser, ok := reflect.Zero(t).Interface().(Chooser); ok {
		return oneOf(chooser.Choices())
	}
	return text()
}

func (*triggerName) schema(s schema) node  { return oneOf(s.vocab.Triggers) }
func (*tableName) schema(s schema) node    { return oneOf(s.vocab.Tables) }
func (*viewName) schema(s schema) node     { return oneOf(s.vocab.allViews()) }
func (*viewPath) schema(schema) node       { return text() }
func (*keyArgument) schema(s schema) node  { return s.key() }
func (*attributeValue) schema(schema) node { return node{} }
func (*count) schema(schema) node          { return node{"type": "integer", "minimum": 1} }
func (*operation) schema(schema) node      { return node{"type": "string", "pattern": awsNameText.String()} }
func (*serviceError) schema(schema) node {
	return node{"anyOf": []node{
		{"type": "string", "pattern": awsNameText.String()},
		{"type": "integer", "minimum": leastStatus, "maximum": mostStatus},
	}}
}

func text() node { return node{"type": "string", "pattern": `\S`} }

func pointInTime() node {
	return node{"type": "string", "format": "date-time", "pattern": `^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$`}
}

func span() node {
	return node{"type": "string", "pattern": `^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$`}
}

func oneOf(names []string) node { return node{"enum": slices.Concat([]string{}, names)} }

func listOf(inner node) node {
	return node{"type": "array", "minItems": 1, "uniqueItems": true, "items": inner}
}

func limited(list node, most int) node {
	list["maxItems"] = most
	return list
}

func described(body node, doc string) node {
	if doc != "" {
		body["description"] = doc
	}
	return body
}
