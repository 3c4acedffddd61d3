package scenarios_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// The scenarios that doc.go names for the pitfalls of the domain are there, and no
// pitfall lost its last one.
func TestPitfallsHaveScenarios(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^//\t(.+?) +(\S+/\S+)$`).FindAllSubmatch(doc, -1) {
		kinds[string(m[1])] = true
		if _, err := os.Stat(string(m[2]) + ".yaml"); err != nil {
			t.Errorf("pitfall %s: no such scenario: %v", m[1], err)
		}
	}
	if want := 7 + 8; len(kinds) != want {
		t.Errorf("%d kinds of pitfalls, want %d: %v", len(kinds), want, kinds)
	}
}

// Every mutation of the catalogue is the only one of some scenario: what it changes
// is seen alone.
func TestEveryMutationAlone(t *testing.T) {
	p, err := project()
	if err != nil {
		t.Fatal(err)
	}
	all, err := p.Load()
	if err != nil {
		t.Fatal(err)
	}
	alone := map[string]bool{}
	for _, sc := range all {
		if verbs := mutationsOf(sc.Steps); len(verbs) == 1 {
			alone[verbs[0]] = true
		}
	}
	for _, m := range p.Mutations {
		if !alone[m.Verb.Name] {
			t.Errorf("%s: no scenario makes this mutation alone: add one", m.Verb.Name)
		}
	}
}

// mutationsOf are the names of the mutations and raw writes that steps make, in
// their order.
func mutationsOf(steps []scenario.Step) []string {
	var verbs []string
	for _, s := range steps {
		switch {
		case s.Steps != nil:
			verbs = slices.Concat(verbs, mutationsOf(s.Steps))
		case s.Control == nil:
			verbs = append(verbs, s.Verb)
		}
	}
	return verbs
}
