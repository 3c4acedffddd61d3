package cli

import (
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness"
)

// topic is something that help explains with the words of a package's doc.go.
type topic struct {
	name    string
	aliases []string
	in      fs.FS
	file    string
}

// topics in the order in which one may want to read them.
func topics() []topic {
	h, c := harness.Docs(), consumer.Docs()
	return []topic{
		{"scenario", []string{"scenarios", "fixture", "fixtures", "yaml"}, h, "scenario/doc.go"},
		{"harness", []string{"run", "faults", "environment"}, h, "doc.go"},
		{"snapshot", []string{"snapshots"}, h, "snapshot/doc.go"},
		{"report", []string{"reports", "formats"}, h, "report/doc.go"},
		{"runs", []string{"folder"}, h, "runs/doc.go"},
		{"reviewing", nil, h, "review/doc.go"},
		{"exit-codes", []string{"cli", "codes", "exit"}, h, "cli/doc.go"},
		{"settled", []string{"settle", "quiescence"}, h, "settle/doc.go"},
		{"trace", []string{"causes", "ids"}, h, "trace/doc.go"},
		{"gate", []string{"order", "seed"}, h, "gate/doc.go"},
		{"engine", []string{"engines"}, h, "engine/doc.go"},
		{"container", []string{"docker", "dynamodblocal"}, h, "engine/dynamodblocal/doc.go"},
		{"memory", nil, h, "engine/memory/doc.go"},
		{"triggers.json", []string{"mapping", "triggers"}, c, "mapping/doc.go"},
		{"filters", []string{"filter"}, c, "filter/doc.go"},
		{"destinations", []string{"destination", "on_failure"}, c, "destination/doc.go"},
		{"consumer", nil, c, "doc.go"},
		{"daemon", nil, h, "daemon/doc.go"},
		{"incident", []string{"incidents", "redaction"}, h, "incident/doc.go"},
		{"skeleton", []string{"team"}, h, "skeleton/doc.go"},
		{"suite", []string{"ginkgo"}, h, "suite/doc.go"},
		{"bind", []string{"go-test"}, h, "bind/doc.go"},
	}
}

func topicOf(name string) (topic, bool) {
	for _, t := range topics() {
		if t.name == name {
			return t, true
		}
	}
	if slices.Contains(commandNames(), name) { // the flags are asked for more often
		return topic{}, false
	}
	for _, t := range topics() {
		if slices.Contains(t.aliases, name) {
			return t, true
		}
	}
	return topic{}, false
}

// text is the package comment as plain text.
func (t topic) text() (string, error) {
	file, err := parseGo(t.in, t.file)
	if err != nil {
		return "", err
	}
	return plainText(file.Doc.Text()), nil
}

// synopsis is the first sentence of the package comment, from its verb on.
func (t topic) synopsis() (string, error) {
	file, err := parseGo(t.in, t.file)
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(file.Doc.Text(), "\n", " ")+" ", ". ")
	first = regexp.MustCompile(`^Package \w+ `).ReplaceAllString(first, "")
	if before, _, found := strings.Cut(first, ": "); found {
		first = before
	}
	return strings.TrimRight(strings.TrimSpace(first), ".:"), nil
}

func parseGo(in fs.FS, name string) (*ast.File, error) {
	text, err := fs.ReadFile(in, name)
	if err != nil {
		return nil, err
	}
	return parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
}

// plainText lays a doc comment out as go doc does.
func plainText(text string) string {
	var p comment.Parser
	return string((&comment.Printer{TextWidth: 96}).Text(p.Parse(text)))
}

// controls are the doc comments of the steps that neither mutate nor write, by
// their names in YAML.
func controls() map[string]string {
	file, err := parseGo(harness.Docs(), "scenario/control.go")
	if err != nil {
		return nil // it is a part of this program and compiles
	}
	found := map[string]string{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Doc == nil {
			continue
		}
		for _, spec := range g.Specs {
			t, ok := spec.(*ast.TypeSpec)
			if _, isStruct := t.Type.(*ast.StructType); !ok || !isStruct {
				continue
			}
			if t.Name.Name == "ShardChange" {
				for _, kind := range []string{"split", "close_shard", "trim", "expire_iterators"} {
					found[kind] = g.Doc.Text()
				}
				continue
			}
			found[snake(t.Name.Name)] = g.Doc.Text()
		}
	}
	return found
}

func controlNames() []string { return sortedKeys(controls()) }

func controlText(name string) (string, bool) {
	text, ok := controls()[name]
	return plainText(text), ok
}

// snake is FailCall as fail_call.
func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(name, "${1}_$2"))
}
