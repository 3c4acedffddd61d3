package conformance

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

//go:embed cases/*.txt
var files embed.FS

// Case shows one feature of one operation. In a file it looks like this:
//
//	== PutItem: a condition that fails
//	> PutItem {TableName: single, Item: {pk: "a"}}
//	  {}
//	> PutItem {TableName: single, Item: {pk: "a"}, ConditionExpression: "attribute_not_exists(pk)"}
//	  ! ConditionalCheckFailedException: The conditional request failed
//
// The tables of cases/tables.txt are there and empty when a case needs them; what
// it creates itself is gone afterwards. Below a request stands its answer, an
// error after "!". Where DynamoDB Local is known to answer otherwise two lines
// follow, "local:" with its answer and "because:" with how that is known.
// A line that begins with "#" is a remark.
//
// What DynamoDB Local cannot be made to do is shown on the memory engine alone. The
// line below the feature then says how it is known:
//
//	== GetRecords: a shard that is split ends
//	memory only: Streams.html: a shard splits, its records are read before its children's
type Case struct {
	File      string // "items", for cases/items.txt
	Operation string // the API's name
	Feature   string // a few words
	// MemoryOnly is the source of a case that only engines with controls can play
	// (see [Runner.Do]); "" is a case for all.
	MemoryOnly string
	Steps      []Step
}

// Step is one request of a case.
type Step struct {
	Line    int    // in the file
	Request string // "PutItem {…}"; see [Runner.Do] for its forms
	Want    string // the answer as the service gives it
	Local   string // DynamoDB Local's, if it differs
	Because string // the source of that difference
}

// tablesFile has the tables of all cases: lines "CreateTable {…}".
const tablesFile = "tables"

// Cases returns all cases in the order of their files.
func Cases() ([]Case, error) {
	entries, err := files.ReadDir("cases")
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	var all []Case
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".txt")
		if name == tablesFile {
			continue
		}
		text, err := read(name)
		if err != nil {
			return nil, err
		}
		cases, err := parse(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	return all, nil
}

func read(name string) (string, error) {
	text, err := files.ReadFile(path.Join("cases", name+".txt"))
	if err != nil {
		return "", fmt.Errorf("conformance: %w", err)
	}
	return string(text), nil
}

// parse reads the cases of a file.
func parse(file, text string) ([]Case, error) {
	var cases []Case
	for i, line := range strings.Split(text, "\n") {
		wrong := func(why string) error {
			return fmt.Errorf("conformance: cases/%s.txt:%d: %s: %q", file, i+1, why, line)
		}
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "== "):
			operation, feature, ok := strings.Cut(line[len("== "):], ": ")
			if !ok {
				return nil, wrong(`want "== Operation: feature"`)
			}
			cases = append(cases, Case{File: file, Operation: operation, Feature: feature})
		case len(cases) == 0:
			return nil, wrong("before the first case")
		case strings.HasPrefix(line, "memory only: ") && len(cases[len(cases)-1].Steps) == 0:
			cases[len(cases)-1].MemoryOnly = strings.TrimPrefix(line, "memory only: ")
		default:
			if why := cases[len(cases)-1].add(i+1, line); why != "" {
				return nil, wrong(why)
			}
		}
	}
	return cases, nil
}

// add takes a line that belongs to a case; why is what is wrong with it.
func (c *Case) add(number int, line string) (why string) {
	if request, ok := strings.CutPrefix(line, "> "); ok {
		c.Steps = append(c.Steps, Step{Line: number, Request: request})
		return ""
	}
	answer, indented := strings.CutPrefix(line, "  ")
	if !indented || len(c.Steps) == 0 {
		return "neither a case, a request nor an answer"
	}
	step := &c.Steps[len(c.Steps)-1]
	if local, ok := strings.CutPrefix(answer, "local: "); ok {
		step.Local = local
	} else if because, ok := strings.CutPrefix(answer, "because: "); ok {
		step.Because = because
	} else if step.Want != "" {
		return "a second answer"
	} else {
		step.Want = answer
	}
	return ""
}

// Differs tells whether DynamoDB Local answers something else in this case.
func (c Case) Differs() bool {
	for _, s := range c.Steps {
		if s.Local != "" {
			return true
		}
	}
	return false
}

// String is the name of the case in lists: "PutItem: a condition that fails".
func (c Case) String() string { return c.Operation + ": " + c.Feature }
