package lint_test

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promisedTargets are the targets that the project promises to have.
func promisedTargets() []string {
	return []string{"help", "setup", "demo", "test", "snapshots", "image", "lint", "bench", "soak"}
}

// checkMakeTargets: what the README and CI tell to type exists and is explained
// by `make help`, which is also what plain `make` shows.
func checkMakeTargets(t *tree) []finding {
	makefile, err := fs.ReadFile(t.fs, "Makefile")
	if err != nil {
		return []finding{{"Makefile", 0, err.Error()}}
	}
	targets, explained := map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z][a-z-]*):([^=\n].*|)$`).FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
		explained[m[1]] = strings.Contains(m[2], "## ")
	}
	var found []finding
	for _, name := range promisedTargets() {
		if !explained[name] {
			found = append(found, finding{"Makefile", 0, "has no target " + name + " with a '## ' text for make help"})
		}
	}
	if !strings.Contains(string(makefile), "\n.DEFAULT_GOAL := help\n") {
		found = append(found, finding{"Makefile", 0, "plain make must show the help: .DEFAULT_GOAL := help"})
	}
	for _, name := range []string{"README.md", ".ci/run"} {
		for _, target := range namedTargets(t.fs, name) {
			if !targets[target] {
				found = append(found, finding{name, 0, "names make " + target + ", which the Makefile does not have"})
			}
		}
	}
	return found
}

// namedTargets returns the targets that a text tells to make, sorted: in a
// README those in code only, since prose may "make sure".
func namedTargets(fsys fs.FS, name string) []string {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil // the rules about these files say that they are missing
	}
	code := string(text)
	if strings.HasSuffix(name, ".md") {
		code = strings.Join(regexp.MustCompile("(?s)```.*?```|`[^`\n]+`").FindAllString(code, -1), "\n")
	}
	var targets []string
	for _, m := range regexp.MustCompile(`\bmake (?:--?[a-z-]+ )*([a-z][a-z-]*)`).FindAllStringSubmatch(code, -1) {
		targets = append(targets, m[1])
	}
	slices.Sort(targets)
	return slices.Compact(targets)
}

// checkReadmeScenario: the scenario in the README is one that runs, word for
// word.
func checkReadmeScenario(t *tree) []finding {
	readme, err := fs.ReadFile(t.fs, "README.md")
	if err != nil {
		return []finding{{"README.md", 0, err.Error()}}
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		return []finding{{"README.md", 0, "shows no scenario: a ```yaml block copied from scenarios/"}}
	}
	var scenarios []string
	err = fs.WalkDir(t.fs, "scenarios", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".yaml") {
			return err
		}
		text, err := fs.ReadFile(t.fs, name)
		scenarios = append(scenarios, string(text))
		return err
	})
	if err != nil {
		return []finding{{"scenarios", 0, err.Error()}}
	}
	var found []finding
	for _, block := range blocks {
		contained := func(scenario string) bool { return strings.Contains(scenario, block[1]) }
		if !slices.ContainsFunc(scenarios, contained) {
			line, _, _ := strings.Cut(block[1], "\n")
			found = append(found, finding{"README.md", 0, "the scenario that begins with " + line + " is in no file under scenarios/"})
		}
	}
	return found
}

func TestMakeTargetsRuleCanFail(t *testing.T) {
	var makefile strings.Builder
	makefile.WriteString("X := 1\n.DEFAULT_GOAL := help\n")
	for _, name := range promisedTargets() {
		makefile.WriteString(name + ": build ## says what\n\techo\n")
	}
	good := makefile.String()
	prove(t, checkMakeTargets, []proof{
		{"kept", []string{"Makefile", good, "README.md", "Make sure, then make haste:\n```\nmake demo\n```\nand `make test N=3`.\n"}, nil},
		{"no Makefile", nil, []string{"Makefile: open Makefile"}},
		{"a target that is gone", []string{"Makefile", good, "README.md", "`make soak`, `make fly`"}, []string{"README.md: names make fly"}},
		{"a block with a target that is gone", []string{"Makefile", good, "README.md", "```sh\nmake fly\n```\n"}, []string{"names make fly"}},
		{"CI", []string{"Makefile", good, ".ci/run", "make --no-print-directory fly N=2\n"}, []string{".ci/run: names make fly"}},
		{"no help text", []string{"Makefile", strings.Replace(good, "soak: build ##", "soak: build #", 1)}, []string{"has no target soak"}},
		{"another default", []string{"Makefile", strings.Replace(good, ":= help", ":= demo", 1)}, []string{"plain make must show the help"}},
	})
}

func TestReadmeScenarioRuleCanFail(t *testing.T) {
	readme := "# x\n```yaml\ntitle: a\nsteps: []\n```\n"
	prove(t, checkReadmeScenario, []proof{
		{"kept", []string{"README.md", readme, "scenarios/s/a.yaml", "title: a\nsteps: []\nobserve: [b]\n"}, nil},
		{"differs", []string{"README.md", readme, "scenarios/a.yaml", "title: a\nsteps: [x]\n"}, []string{"begins with title: a is in no file"}},
		{"none shown", []string{"README.md", "# x\n"}, []string{"shows no scenario"}},
		{"no README", nil, []string{"README.md: open README.md"}},
	})
}
