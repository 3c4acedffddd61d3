package lint_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a repository as the rules see it: every Go file parsed, whatever its
// build tags, and the file system for everything else.
type tree struct {
	fs     fs.FS
	module string
	files  []*source // sorted by path
}

// source is one Go file.
type source struct {
	path string // slash-separated, from the root of the repository
	text string
	fset *token.FileSet
	ast  *ast.File
}

func (s *source) dir() string  { return path.Dir(s.path) }
func (s *source) test() bool   { return strings.HasSuffix(s.path, "_test.go") }
func (s *source) base() string { return path.Base(s.path) }

// finding is one place that breaks a rule.
type finding struct {
	path    string
	line    int // 0: the whole file or folder
	message string
}

func (f finding) String() string {
	if f.line == 0 {
		return f.path + ": " + f.message
	}
	return fmt.Sprintf("%s:%d: %s", f.path, f.line, f.message)
}

func (s *source) finding(pos token.Pos, format string, args ...any) finding {
	return finding{s.path, s.fset.Position(pos).Line, fmt.Sprintf(format, args...)}
}

// load parses every Go file below fsys that the go command would see: not those
// in testdata or in folders that begin with a dot or an underscore.
func load(t *testing.T, fsys fs.FS) *tree {
	t.Helper()
	repository := &tree{fs: fsys, module: module(t, fsys)}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (entry.Name() == "testdata" || strings.ContainsAny(entry.Name()[:1], "._")) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parse(fsys, name)
		if err != nil {
			return err
		}
		repository.files = append(repository.files, file)
		return nil
	})
	if err != nil {
		t.Fatalf("lint: load: %v", err)
	}
	return repository
}

func parse(fsys fs.FS, name string) (*source, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{path: name, text: string(text), fset: fset, ast: file}, nil
}

func module(t *testing.T, fsys fs.FS) string {
	t.Helper()
	text, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		t.Fatalf("lint: load: %v", err)
	}
	found := regexp.MustCompile(`(?m)^module (\S+)$`).FindSubmatch(text)
	if found == nil {
		t.Fatal("lint: load: go.mod names no module")
	}
	return string(found[1])
}

// dirs returns the folders that hold Go files, sorted.
func (t *tree) dirs() []string {
	var dirs []string
	for _, file := range t.files {
		dirs = append(dirs, file.dir())
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// imported is one import of a file.
type imported struct {
	name string // as the file calls it: the alias, or the last element of the path
	path string // packages of this module by folder ("harness/trace"), others in full
	own  bool   // of this module
	pos  token.Pos
}

func (t *tree) imports(file *source) []imported {
	var imports []imported
	for _, spec := range file.ast.Imports {
		full, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser accepts string literals only
		}
		i := imported{name: defaultName(full), path: full, pos: spec.Pos()}
		if spec.Name != nil {
			i.name = spec.Name.Name
		}
		if folder, ok := strings.CutPrefix(full, t.module+"/"); ok {
			i.path, i.own = folder, true
		}
		imports = append(imports, i)
	}
	slices.SortFunc(imports, func(a, b imported) int { return cmp.Compare(a.path, b.path) })
	return imports
}

// defaultName guesses a package's name from its path: math/rand/v2 is rand.
func defaultName(full string) string {
	if major := regexp.MustCompile(`/v[0-9]+$`); major.MatchString(full) {
		full = major.ReplaceAllString(full, "")
	}
	return path.Base(full)
}

// matches tells whether a path is meant by a pattern: the path itself, with
// /... everything below it too, "std" the standard library and "..." anything.
func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	if pattern == "std" {
		first, _, _ := strings.Cut(name, "/")
		return !strings.Contains(first, ".")
	}
	if prefix, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == prefix || strings.HasPrefix(name, prefix+"/")
	}
	return name == pattern
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

// uses calls visit for every mention of a name of package full in the file, such
// as time.Now, whether it is called or only passed on.
func (t *tree) uses(file *source, full string, visit func(name string, pos token.Pos)) {
	called := map[string]bool{}
	for _, i := range t.imports(file) {
		if i.path == full {
			called[i.name] = true
		}
	}
	if len(called) == 0 {
		return
	}
	ast.Inspect(file.ast, func(n ast.Node) bool {
		selector, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if pkg, ok := selector.X.(*ast.Ident); ok && called[pkg.Name] {
			visit(selector.Sel.Name, selector.Pos())
		}
		return true
	})
}

// sources builds a repository from pairs of file name and text, for the proofs
// that a rule can fail.
func sources(t *testing.T, pairs ...string) *tree {
	t.Helper()
	fsys := fstest.MapFS{"go.mod": {Data: []byte("module example.com/m\n\ngo 1.26.0\n")}}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return load(t, fsys)
}

// proof is one tiny repository and what a rule must say about it.
type proof struct {
	name  string
	files []string // pairs of file name and text
	want  []string // substrings of the findings, in order; none: the rule is kept
}

// prove runs a rule over tiny repositories, so that each rule is known to fail
// where it should and to be silent where it should.
func prove(t *testing.T, check func(*tree) []finding, proofs []proof) {
	t.Helper()
	for _, p := range proofs {
		t.Run(p.name, func(t *testing.T) {
			found := check(sources(t, p.files...))
			if len(found) != len(p.want) {
				t.Fatalf("%d findings, want %d: %v", len(found), len(p.want), found)
			}
			for i, want := range p.want {
				if !strings.Contains(found[i].String(), want) {
					t.Errorf("finding %d is %q, want it to contain %q", i, found[i], want)
				}
			}
		})
	}
}
