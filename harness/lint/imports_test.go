package lint_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// importRule says what some packages may import and what they must never reach.
type importRule struct {
	who []string // patterns of packages, by folder
	not []string // exceptions to who
	// may lists all that files other than tests may import directly; nil: anything.
	may []string
	// never lists what must not be reached, not even through other packages of
	// this module.
	never   []string
	because string
}

const (
	awsSDK = "github.com/aws/aws-sdk-go-v2/..."
	smithy = "github.com/aws/smithy-go/..."
	lambda = "github.com/aws/aws-lambda-go/..."
	otel   = "go.opentelemetry.io/..."
	yaml   = "github.com/goccy/go-yaml/..."
)

// importRules is the table "Who may import whom" of the design.
func importRules() []importRule {
	return []importRule{{
		who:     []string{"consumer/core"},
		may:     []string{"std"},
		never:   []string{"os/...", "net/...", "io/fs", "syscall", "log/...", "crypto/rand", "math/rand/...", "database/..."},
		because: "exploration clones and replays a lane: no I/O, no chance, no clock",
	}, {
		who: []string{"consumer/..."},
		may: []string{"std", "consumer/...", awsSDK, smithy, lambda, otel, yaml,
			"github.com/santhosh-tekuri/jsonschema/..."},
		never:   []string{"harness/...", "triggers/...", "scenarios/..."},
		because: "the consumer is shippable alone and knows nothing of tests",
	}, {
		who: []string{"triggers/..."},
		not: []string{"triggers/triggertest"},
		may: []string{"std", "triggers/...", awsSDK, smithy, lambda, otel,
			"github.com/cockroachdb/apd/...", "github.com/pandatix/go-cvss/...", "github.com/bugsnag/bugsnag-go/..."},
		never:   []string{"harness/...", "consumer/...", "scenarios/..."},
		because: "a handler is lifted to Lambda unchanged",
	}, {
		who:     []string{"triggers/triggertest"},
		may:     []string{"std", "triggers/model", "triggers/testevent", awsSDK, lambda, "harness", "harness/engine/memory"},
		never:   []string{"scenarios/..."},
		because: "the unit tier calls a handler on tables in memory; only tests use it, since no trigger may reach the harness",
	}, {
		who:     []string{"scenarios/oracle"},
		may:     []string{"std", awsSDK},
		never:   []string{"triggers/...", "scenarios/mutations/..."},
		because: "the second opinion on the indicators shares no code with the first",
	}, {
		who:     []string{"harness/trace", "harness/settle"},
		may:     []string{"std", "harness/trace", "harness/settle"},
		because: "the oracle stays pure: what judges the run depends on nothing that it judges",
	}, {
		who: []string{"harness/engine/..."},
		may: []string{"std", "harness/engine/...", awsSDK, smithy, "github.com/cockroachdb/apd/...", "github.com/tidwall/btree",
			"github.com/testcontainers/...", "github.com/moby/...", "github.com/docker/...", "github.com/containerd/..."},
		never:   []string{"harness/scenario/...", "harness/settle/..."},
		because: "engines know no tests",
	}, {
		who:     []string{"harness/explore/..."},
		never:   []string{"harness/engine/dynamodblocal/...", "github.com/testcontainers/..."},
		because: "the explored world and the container share only the conformance suite",
	}, {
		who: []string{"harness/snapshot"},
		may: []string{"std", "harness/trace", "github.com/bradleyjkemp/cupaloy/...",
			"github.com/aymanbagabas/go-udiff/...", awsSDK},
		because: "snapshots are compared the same way from go test and from the command line",
	}, {
		who:     []string{"harness/golden"},
		may:     []string{"std", "harness/snapshot", "github.com/google/go-cmp/...", "github.com/rogpeppe/go-internal/..."},
		because: "the tests of every package import it, the consumer's and the triggers' too",
	}, {
		who: []string{"harness"},
		never: []string{"harness/suite/...", "harness/cli/...", "harness/cmd/...", "harness/explore/...",
			"harness/engine/dynamodblocal/...", "github.com/testcontainers/...", "github.com/moby/..."},
		because: "engines are chosen in cmd and scenarios, so that a run in memory compiles fast; and no cycles",
	}, {
		who:     []string{"harness/..."},
		not:     []string{"harness/cmd/..."},
		never:   []string{"triggers/...", "scenarios/..."},
		because: "another team brings its own domain: only scenarios and harness/cmd know this one",
	}}
}

// soleImporter keeps a dependency behind the packages that exist to hide it.
type soleImporter struct {
	dependency []string
	who        []string // may import it
	tests      []string // may import it in their tests as well
	because    string
}

func soleImporters() []soleImporter {
	return []soleImporter{{
		dependency: []string{"github.com/bradleyjkemp/cupaloy/..."},
		who:        []string{"harness/snapshot"},
		because:    "it is frozen and its defaults are wrong for us: one package can be replaced",
	}, {
		dependency: []string{"github.com/onsi/ginkgo/...", "github.com/onsi/gomega/..."},
		who:        []string{"harness/suite"},
		tests:      []string{"scenarios/...", "harness/suite"},
		because:    "engine tests use plain testing and go-cmp; a team without Ginkgo must not need it",
	}, {
		dependency: []string{"github.com/testcontainers/...", "github.com/moby/...", "github.com/docker/...", "github.com/containerd/..."},
		who:        []string{"harness/engine/dynamodblocal/..."},
		tests:      []string{"harness/engine/dynamodblocal/..."},
		because:    "containers are one engine's business",
	}, {
		dependency: []string{"github.com/alecthomas/kong/..."},
		who:        []string{"harness/cli"},
		because:    "the command line is one package",
	}, {
		dependency: []string{yaml},
		who:        []string{"harness/scenario", "consumer/mapping"},
		because:    "strictness and positions of mistakes are decided where files are parsed",
	}, {
		dependency: []string{"github.com/pandatix/go-cvss/..."},
		who:        []string{"triggers/model"},
		because:    "scores are the model's; everybody else sees text",
	}, {
		dependency: []string{"github.com/cockroachdb/apd/..."},
		who:        []string{"triggers/model", "harness/engine/memory/number"},
		because:    "decimals are computed with in one place of the domain and in one of the engine; everybody else sees text",
	}, {
		dependency: []string{"github.com/tidwall/btree"},
		who:        []string{"harness/engine/memory"},
		because:    "its copies in constant time are the memory engine's clones; everywhere else a map and a sort do",
	}, {
		dependency: []string{"charm.land/..."},
		who:        []string{"harness/review"},
		because:    "one screen of the product is full of keys and colours; everything else is plain text",
	}, {
		dependency: []string{"github.com/fsnotify/fsnotify"},
		who:        []string{"harness/cli"},
		because:    "files are watched for one flag of one command",
	}, {
		dependency: []string{"github.com/bugsnag/bugsnag-go/..."},
		who:        []string{"triggers/observability"},
		because:    "who is told of errors is one package's business",
	}, {
		dependency: []string{"pgregory.net/rapid", "go.uber.org/goleak", "github.com/creack/pty", "github.com/rogpeppe/go-internal/...",
			"github.com/google/go-cmp/..."},
		who:     []string{"harness/golden"},
		tests:   []string{"..."},
		because: "libraries for tests stay out of what ships",
	}, {
		dependency: []string{"harness/golden"},
		tests:      []string{"..."},
		because:    "it compares with the testdata of tests: nothing that ships has any",
	}, {
		dependency: []string{"testing/..."},
		who:        []string{"harness/suite", "harness/golden"},
		tests:      []string{"..."},
		because:    "the command line and Lambda run without go test",
	}}
}

func checkImports(t *tree) []finding {
	var found []finding
	reaches := reachability(t)
	for _, file := range t.files {
		if file.test() {
			continue
		}
		for _, i := range t.imports(file) {
			for _, r := range importRules() {
				found = append(found, r.check(file, i, reaches)...)
			}
		}
	}
	return found
}

// check applies one rule to one import of one file.
func (r importRule) check(file *source, i imported, reaches map[string]map[string][]string) []finding {
	who := file.dir()
	if !matchesAny(r.who, who) || matchesAny(r.not, who) {
		return nil
	}
	if matchesAny(r.never, i.path) || r.may != nil && !i.within(r.may) {
		return []finding{file.finding(i.pos, "%s must not import %s: %s", who, i.path, r.because)}
	}
	if !i.own {
		return nil
	}
	var found []finding
	for _, far := range sortedKeys(reaches[i.path]) {
		if matchesAny(r.never, far) {
			chain := strings.Join(append([]string{who}, reaches[i.path][far]...), " → ")
			found = append(found, file.finding(i.pos, "%s must not reach %s (%s): %s", who, far, chain, r.because))
		}
	}
	return found
}

// within tells whether an import is allowed by a list. "std" never means a
// package of this module, whatever its folder is called.
func (i imported) within(may []string) bool {
	return slices.ContainsFunc(may, func(p string) bool {
		return (p != "std" || !i.own) && matches(p, i.path)
	})
}

// reachability maps each package of the module to everything it imports,
// directly or through packages of the module, with the way there. Tests do not
// count: they ship with nobody.
func reachability(t *tree) map[string]map[string][]string {
	direct := map[string][]imported{}
	for _, file := range t.files {
		if !file.test() {
			direct[file.dir()] = append(direct[file.dir()], t.imports(file)...)
		}
	}
	reaches := map[string]map[string][]string{}
	for from := range direct {
		ways := map[string][]string{}
		queue := []string{from}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, i := range direct[at] {
				if _, known := ways[i.path]; known || i.path == from {
					continue
				}
				ways[i.path] = append(slices.Clone(wayTo(ways, from, at)), i.path)
				if i.own {
					queue = append(queue, i.path)
				}
			}
		}
		reaches[from] = ways
	}
	return reaches
}

func wayTo(ways map[string][]string, from, at string) []string {
	if at == from {
		return []string{from}
	}
	return ways[at]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func checkSoleImporters(t *tree) []finding {
	var found []finding
	for _, file := range t.files {
		for _, i := range t.imports(file) {
			for _, s := range soleImporters() {
				if !matchesAny(s.dependency, i.path) || matchesAny(s.who, file.dir()) ||
					file.test() && matchesAny(s.tests, file.dir()) {
					continue
				}
				found = append(found, file.finding(i.pos, "%s must not import %s (%s may): %s",
					file.dir(), i.path, s.permitted(), s.because))
			}
		}
	}
	return found
}

func (s soleImporter) permitted() string {
	if len(s.who) == 0 {
		return "tests"
	}
	return strings.Join(s.who, ", ")
}

func TestEveryImportRuleHasAReason(t *testing.T) {
	for _, r := range importRules() {
		if r.because == "" || len(r.who) == 0 || len(r.may)+len(r.never) == 0 {
			t.Errorf("rule for %v says nothing or gives no reason", r.who)
		}
	}
	for _, s := range soleImporters() {
		if s.because == "" {
			t.Errorf("sole importers of %v: no reason", s.dependency)
		}
	}
}

// one returns a file of a package that imports the given paths.
func one(name string, paths ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", name)
	for _, p := range paths {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	return b.String()
}

func TestImportRulesCanFail(t *testing.T) {
	prove(t, checkImports, []proof{
		{"core with I/O", []string{"consumer/core/a.go", one("core", "time", "os")},
			[]string{"consumer/core/a.go:3: consumer/core must not import os: exploration"}},
		{"core with a library", []string{"consumer/core/a.go", one("core", "example.com/x")},
			[]string{"must not import example.com/x: exploration", "must not import example.com/x: the consumer"}},
		{"consumer knows the harness", []string{"consumer/a.go", one("consumer", "example.com/m/harness/trace")},
			[]string{"consumer must not import harness/trace"}},
		{"consumer with an unknown library", []string{"consumer/lease/a.go", one("lease", "example.com/x")},
			[]string{"consumer/lease must not import example.com/x"}},
		{"trigger knows the consumer", []string{"triggers/indicators/a.go", one("indicators", "example.com/m/consumer")},
			[]string{"triggers/indicators must not import consumer: a handler is lifted"}},
		{"a trigger's test may use the harness", []string{"triggers/indicators/a_test.go", one("x_test", "example.com/m/harness")}, nil},
		{"the oracle with the SDK", []string{"harness/settle/a.go", one("settle", "github.com/aws/aws-sdk-go-v2/aws")},
			[]string{"harness/settle must not import github.com/aws"}},
		{"the naive oracle with the model", []string{"scenarios/oracle/a.go", one("oracle", "fmt", "example.com/m/triggers/model")},
			[]string{"scenarios/oracle must not import triggers/model: the second opinion"}},
		{"engine knows scenarios", []string{"harness/engine/memory/a.go", one("memory", "example.com/m/harness/scenario")},
			[]string{"engines know no tests"}},
		{"harness knows the domain", []string{"harness/a.go", one("harness", "example.com/m/triggers/model")},
			[]string{"harness must not import triggers/model: another team"}},
		{"the command may", []string{"harness/cmd/stillwater/main.go", one("main", "example.com/m/triggers/model")}, nil},
		{"through another package", []string{
			"harness/a.go", one("harness", "example.com/m/harness/report"),
			"harness/report/a.go", one("report", "example.com/m/harness/engine/dynamodblocal"),
			"harness/engine/dynamodblocal/a.go", one("dynamodblocal", "github.com/testcontainers/testcontainers-go"),
		}, []string{
			"must not reach github.com/testcontainers/testcontainers-go (harness → harness/report → harness/engine/dynamodblocal → github",
			"must not reach harness/engine/dynamodblocal (harness → harness/report → harness/engine/dynamodblocal)",
		}},
		{"a folder named like the standard library is not it", []string{"harness/trace/a.go", one("trace", "example.com/m/strings")},
			[]string{"harness/trace must not import strings"}},
	})
}

func TestSoleImportersCanFail(t *testing.T) {
	prove(t, checkSoleImporters, []proof{
		{"cupaloy elsewhere", []string{"harness/report/a.go", one("report", "github.com/bradleyjkemp/cupaloy/v2")},
			[]string{"harness/report must not import github.com/bradleyjkemp/cupaloy/v2 (harness/snapshot may): it is frozen"}},
		{"cupaloy at home", []string{"harness/snapshot/a.go", one("snapshot", "github.com/bradleyjkemp/cupaloy/v2")}, nil},
		{"Ginkgo in an engine's test", []string{"harness/engine/a_test.go", one("x_test", "github.com/onsi/ginkgo/v2")},
			[]string{"engine tests use plain testing"}},
		{"Ginkgo in the scenarios' test", []string{"scenarios/suite_test.go", one("x_test", "github.com/onsi/ginkgo/v2")}, nil},
		{"a test library that would ship", []string{"consumer/a.go", one("consumer", "testing", "pgregory.net/rapid")},
			[]string{"(harness/golden may): libraries", "(harness/suite, harness/golden may): the command line"}},
		{"goldens that would ship", []string{"harness/a.go", one("harness", "example.com/m/harness/golden")},
			[]string{"harness must not import harness/golden (tests may): it compares"}},
		{"test libraries in a test", []string{"consumer/a_test.go", one("x_test", "testing", "pgregory.net/rapid")}, nil},
	})
}
