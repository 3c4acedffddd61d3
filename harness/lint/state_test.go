package lint_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// checkRandomness forbids the global source of chance: a run is repeated from
// its seed, so every generator is made from one.
func checkRandomness(t *tree) []finding {
	// What does not touch the global source: constructors and types.
	seeded := regexp.MustCompile(`^(New.*|Rand|Source|Source64|Zipf|PCG|ChaCha8)$`)
	var found []finding
	for _, file := range t.files {
		for _, rand := range []string{"math/rand", "math/rand/v2"} {
			t.uses(file, rand, func(name string, pos token.Pos) {
				if !seeded.MatchString(name) {
					found = append(found, file.finding(pos,
						"rand.%s is the global generator: make one from the run's seed (rand.New)", name))
				}
			})
		}
	}
	return found
}

// checkState forbids what a package would share between the runs of a process:
// init functions and variables that can change.
func checkState(t *tree) []finding {
	var found []finding
	for _, file := range t.files {
		if file.test() {
			continue
		}
		for _, decl := range file.ast.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.Name == "init" {
					found = append(found, file.finding(d.Pos(), "init runs before anybody can choose: call it where it is needed"))
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					found = append(found, varFindings(file, d)...)
				}
			}
		}
	}
	return found
}

func varFindings(file *source, decl *ast.GenDecl) []finding {
	var found []finding
	for _, spec := range decl.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok || embedded(decl.Doc) || embedded(value.Doc) {
			continue
		}
		for i, name := range value.Names {
			if !constantInAllButName(name.Name, value, i) {
				found = append(found, file.finding(name.Pos(),
					"%s is package state: make it a constant, a function that returns it, or a field", name.Name))
			}
		}
	}
	return found
}

func embedded(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, line := range doc.List {
		if strings.HasPrefix(line.Text, "//go:embed ") {
			return true
		}
	}
	return false
}

// constantInAllButName knows the variables that nobody changes: assertions that
// a type satisfies an interface, error sentinels and compiled patterns.
func constantInAllButName(name string, spec *ast.ValueSpec, i int) bool {
	if name == "_" {
		return true
	}
	if i >= len(spec.Values) {
		return false
	}
	call, ok := spec.Values[i].(*ast.CallExpr)
	if !ok {
		return false
	}
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := function.X.(*ast.Ident)
	if !ok {
		return false
	}
	switch pkg.Name + "." + function.Sel.Name {
	case "regexp.MustCompile":
		return true
	case "errors.New", "fmt.Errorf":
		return regexp.MustCompile(`^[Ee]rr[A-Z]`).MatchString(name)
	}
	return false
}

func TestRandomnessRuleCanFail(t *testing.T) {
	prove(t, checkRandomness, []proof{
		{"global", []string{"a/a.go", "package x\nimport \"math/rand/v2\"\nfunc f() int { return rand.IntN(3) }\n"},
			[]string{"a/a.go:3: rand.IntN is the global generator"}},
		{"global, in a test, old package", []string{"a/a_test.go", "package x\nimport \"math/rand\"\nfunc f() { rand.Shuffle(0, nil) }\n"},
			[]string{"rand.Shuffle"}},
		{"from a seed", []string{"a/a.go", "package x\nimport \"math/rand/v2\"\nfunc f() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }\n"}, nil},
	})
}

func TestStateRuleCanFail(t *testing.T) {
	prove(t, checkState, []proof{
		{"init", []string{"a/a.go", "package x\nfunc init() {}\n"}, []string{"a/a.go:2: init runs before"}},
		{"a method called init", []string{"a/a.go", "package x\ntype T int\nfunc (T) init() {}\n"}, nil},
		{"a map", []string{"a/a.go", "package x\nvar table = map[string]int{}\n"}, []string{"table is package state"}},
		{"no value", []string{"a/a.go", "package x\nvar a, b int\n"}, []string{"a is package state", "b is package state"}},
		{"an error by another name", []string{"a/a.go", "package x\nimport \"errors\"\nvar broken = errors.New(\"x\")\n"},
			[]string{"broken is package state"}},
		{"a sentinel, a pattern, an assertion", []string{"a/a.go", `package x
import ("errors"; "regexp")
var (
	ErrGone = errors.New("gone")
	number  = regexp.MustCompile("[0-9]+")
	_ error = (*T)(nil)
)
`}, nil},
		{"an embedded file", []string{"a/a.go", "package x\nimport _ \"embed\"\n//go:embed a.txt\nvar text string\n"}, nil},
		{"a test may", []string{"a/a_test.go", "package x\nvar table = map[string]int{}\nfunc init() {}\n"}, nil},
	})
}
