package lint_test

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// maxLines is how long a file may be. What people complain of is always the
// tail: the one file of thousands of lines.
func maxLines(test bool) int {
	if test {
		return 800
	}
	return 400
}

// emptyNames say nothing about what is inside, so everything ends up there.
func emptyNames() []string {
	return []string{"util", "utils", "common", "helper", "helpers", "base", "types", "misc", "shared"}
}

// checkDocs wants every package to say in doc.go, and only there, what it is.
func checkDocs(t *tree) []finding {
	var found []finding
	for _, dir := range t.dirs() {
		found = append(found, docFindings(t, dir)...)
	}
	return found
}

func docFindings(t *tree, dir string) []finding {
	var found []finding
	missing := true
	for _, file := range t.files {
		if file.dir() != dir || file.test() {
			continue
		}
		if file.base() != "doc.go" {
			if file.ast.Doc != nil {
				found = append(found, file.finding(file.ast.Doc.Pos(), "the package comment belongs in doc.go"))
			}
			continue
		}
		missing = false
		want := "Package " + file.ast.Name.Name + " "
		if file.ast.Name.Name == "main" {
			want = "Command " + path.Base(dir) + " "
		}
		if !strings.HasPrefix(file.ast.Doc.Text(), want) {
			found = append(found, file.finding(file.ast.Package, "the package comment must begin with %q", want))
		}
	}
	if missing {
		found = append(found, finding{dir, 0, "has no doc.go: what it is, its one guarantee, where to start"})
	}
	return found
}

func checkNames(t *tree) []finding {
	var found []finding
	for _, dir := range t.dirs() {
		if slices.Contains(emptyNames(), path.Base(dir)) {
			found = append(found, finding{dir, 0, "names nothing: call the package after what it provides"})
		}
	}
	for _, file := range t.files {
		name := strings.TrimSuffix(file.ast.Name.Name, "_test")
		if slices.Contains(emptyNames(), name) && name != path.Base(file.dir()) {
			found = append(found, file.finding(file.ast.Name.Pos(), "package %s names nothing: call it after what it provides", name))
		}
	}
	return found
}

func checkLength(t *tree) []finding {
	var found []finding
	for _, file := range t.files {
		lines, limit := strings.Count(file.text, "\n"), maxLines(file.test())
		if lines > limit {
			found = append(found, finding{file.path, 0,
				fmt.Sprintf("has %d lines, more than %d: find its second subject and give it a file", lines, limit)})
		}
	}
	return found
}

func TestDocRuleCanFail(t *testing.T) {
	documented := "// Package a is there.\npackage a\n"
	prove(t, checkDocs, []proof{
		{"kept", []string{"a/doc.go", documented, "a/b.go", "package a\n", "a/a_test.go", "package a_test\n"}, nil},
		{"no doc.go", []string{"a/a.go", "package a\n"}, []string{"a: has no doc.go"}},
		{"tests only", []string{"a/a_test.go", "package a_test\n"}, []string{"a: has no doc.go"}},
		{"no comment", []string{"a/doc.go", "package a\n"}, []string{"must begin with \"Package a \""}},
		{"a comment apart from the clause", []string{"a/doc.go", "// Package a is there.\n\npackage a\n"}, []string{"must begin with"}},
		{"a second comment", []string{"a/doc.go", documented, "a/b.go", "// More.\npackage a\n"}, []string{"a/b.go:1: the package comment belongs in doc.go"}},
		{"a command", []string{"cmd/still/doc.go", "// Command still stands.\npackage main\n"}, nil},
	})
}

func TestNameRuleCanFail(t *testing.T) {
	prove(t, checkNames, []proof{
		{"folder", []string{"a/util/a.go", "package util\n"}, []string{"a/util: names nothing"}},
		{"clause", []string{"a/b/a.go", "package helpers\n"}, []string{"a/b/a.go:1: package helpers names nothing"}},
		{"a good one", []string{"a/lease/a.go", "package lease\n"}, nil},
	})
}

func TestLengthRuleCanFail(t *testing.T) {
	long := func(lines int) string { return "package a\n" + strings.Repeat("\n", lines-1) }
	prove(t, checkLength, []proof{
		{"just right", []string{"a/a.go", long(400), "a/a_test.go", long(800)}, nil},
		{"too long", []string{"a/a.go", long(401), "a/a_test.go", long(801)}, []string{"a/a.go: has 401 lines, more than 400", "a/a_test.go: has 801"}},
	})
}
