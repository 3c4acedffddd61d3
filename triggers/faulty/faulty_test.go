package faulty_test

import (
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/faulty"
)

// A bug is a small thing: fewer lines than this differ from a correct trigger.
const maxLines = 30

func TestEveryBugIsSmallAndSaysWhatItIs(t *testing.T) {
	bugs := faulty.All()
	if len(bugs) < 25 {
		t.Errorf("%d bugs, want at least 25", len(bugs))
	}
	if !slices.IsSortedFunc(bugs, func(a, b faulty.Bug) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted by name")
	}
	seen := map[string]bool{}
	for _, bug := range bugs {
		if seen[bug.Name] || bug.New == nil {
			t.Errorf("%s: named twice, or builds nothing", bug.Name)
		}
		seen[bug.Name] = true
		if !regexp.MustCompile(`^[A-Z][^|]*\.$`).MatchString(bug.Wrong) || strings.Contains(bug.Wrong, ". ") {
			t.Errorf("%s: %q is not one sentence for a table", bug.Name, bug.Wrong)
		}
		if _, err := regexp.Compile(bug.Symptom.Shows); err != nil || bug.Symptom.Kind == "" || bug.Symptom.Shows == "" {
			t.Errorf("%s: symptom %v: %v", bug.Name, bug.Symptom, err)
		}
		source, err := os.ReadFile(bug.Name + ".go")
		if err != nil {
			t.Error(err)
			continue
		}
		if n := differing(source); n >= maxLines {
			t.Errorf("%s.go: %d lines differ from a correct trigger, must be fewer than %d", bug.Name, n, maxLines)
		}
	}
}

func TestEveryFileOfABugIsListed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(file, ".go")
		listed := slices.ContainsFunc(faulty.All(), func(b faulty.Bug) bool { return b.Name == name })
		if strings.Contains(string(source), "() Bug {\n\treturn Bug{") != listed {
			t.Errorf("%s: in All: %v, by its content it should not be so", file, listed)
		}
	}
}

// differing counts the lines of a file that hold code, beside the package clause, the
// imports and the three lines that say what the bug is.
func differing(source []byte) int {
	files := token.NewFileSet()
	file := files.AddFile("", files.Base(), len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	lines := map[int]bool{}
	inImports := false
	for {
		pos, tok, text := s.Scan()
		line := file.Line(pos)
		switch {
		case tok == token.EOF:
			said := regexp.MustCompile(`(?m)^\t\t(Name|Wrong|Symptom): `).FindAllIndex(source, -1)
			return len(lines) - len(said)
		case tok == token.IMPORT:
			inImports = true
		case tok == token.FUNC || tok == token.VAR || tok == token.TYPE || tok == token.CONST:
			inImports = false
		}
		if !inImports && tok != token.PACKAGE && !(tok == token.SEMICOLON && text == "\n") && line > 1 {
			lines[line] = true
		}
	}
}

func TestLinesAreCounted(t *testing.T) {
	source := `package faulty

import (
	"context"
)

// a comment

var x = 1

func f() Bug {
	return Bug{
		Name: "a",
		Wrong:   "B.",
		Symptom: Symptom{},
		New: nil, // code
	}
}
`
	if n := differing([]byte(source)); n != 6 {
		t.Errorf("counted %d lines, want 6", n)
	}
}
