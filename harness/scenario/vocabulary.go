package scenario

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// The raw writes, transact and batch that make one call of several, and the
// groups. No verb may take these names, nor those of controls.
const (
	verbPut      = "put"
	verbUpdate   = "update"
	verbDelete   = "delete"
	verbTransact = "transact"
	verbBatch    = "batch"
	verbTogether = "together"
	verbBacklog  = "backlog"
)

// Verb is a word that a step may begin with.
type Verb struct {
	// Name is what the YAML says.
	Name string
	// Doc is one sentence for help texts.
	Doc string
	// New returns a pointer to a zero struct that takes the arguments.
	//
	// A field is named by its yaml tag (`yaml:"finding"`, lower-cased field name
	// without one) and must be given unless the tag says omitempty. It may be a
	// string, bool, int, int64, [Number], [time.Time], [time.Duration], a type with
	// encoding.TextUnmarshaler, a slice or pointer of those, or a nested struct.
	// A string type may list what it takes by implementing [Chooser].
	//
	// Of a seed, the fields tagged key (`yaml:"id,key"`) tell which item it writes:
	// two with the same values in one fixture are a mistake.
	New func() any
}

// Vocabulary is everything a file may refer to by name.
type Vocabulary struct {
	// Mutations may stand in the steps of a scenario.
	Mutations []Verb
	// Seeds may stand in the items of a fixture.
	Seeds []Verb
	// Views may be observed, beside those that every project has ([Views]).
	Views []string
	// Observe are the views to show where a scenario does not say; nil is Views.
	Observe []string
	// Tables may be written. With exactly one, raw writes need not name it.
	Tables []string
	// Main is the one of several tables that raw writes need not name; "": none.
	Main string
	// Keys are the attributes of the primary key of each table. The items and keys
	// of raw writes are held to them; nil: they are not.
	Keys map[string][]string
	// Triggers may be chosen, and made to fail.
	Triggers []string
	// CheckMapping says what is wrong with parameters that a scenario overrides in
	// the mapping of a trigger, given as JSON with the keys of triggers.json. Its
	// error is shown where the overrides stand. nil: nothing is checked.
	CheckMapping func(trigger string, overrides []byte) error
}

// mainTable is the table of writes that name none; "" if each has to.
func (v Vocabulary) mainTable() string {
	if v.Main == "" && len(v.Tables) == 1 {
		return v.Tables[0]
	}
	return v.Main
}

// Chooser is a string argument that takes only some values; a wrong one is
// reported where it stands, with the closest right one.
type Chooser interface {
	// Choices lists the values, in the order in which to show them.
	Choices() []string
}

// Number is an argument that is a decimal; its text is kept as written.
type Number string

// check finds mistakes of the program, not of a file: they would otherwise show
// up as nonsense about the user's YAML.
func (v Vocabulary) check() error {
	var problems []error
	seen := map[string]string{}
	for _, group := range []struct {
		kind  string
		verbs []Verb
	}{{"mutation", v.Mutations}, {"seed", v.Seeds}} {
		for _, verb := range group.verbs {
			if kind := cmp.Or(taken(verb.Name), seen[verb.Name]); kind != "" {
				problems = append(problems, fmt.Errorf("%s %q: the name is taken by a %s", group.kind, verb.Name, kind))
			}
			seen[verb.Name] = group.kind
			if err := verb.check(); err != nil {
				problems = append(problems, fmt.Errorf("%s %q: %w", group.kind, verb.Name, err))
			}
		}
	}
	for _, view := range v.Observe {
		if !slices.Contains(v.allViews(), view) {
			problems = append(problems, fmt.Errorf("observe: unknown view %q: %s", view, list(v.allViews(), "views")))
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("load scenarios: vocabulary: %w", errors.Join(problems...))
	}
	return nil
}

func (verb Verb) check() error {
	if verb.Name == "" {
		return errors.New("it has no name")
	}
	if verb.New == nil {
		return errors.New("it has no New function")
	}
	t := reflect.TypeOf(verb.New())
	if t == nil || t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("its New returns %v, not a pointer to a struct", t)
	}
	return checkFields(t.Elem())
}

// find returns the verb of that name.
func find(verbs []Verb, name string) (Verb, bool) {
	i := slices.IndexFunc(verbs, func(v Verb) bool { return v.Name == name })
	if i < 0 {
		return Verb{}, false
	}
	return verbs[i], true
}

func names(verbs []Verb) []string {
	out := make([]string, len(verbs))
	for i, v := range verbs {
		out[i] = v.Name
	}
	return out
}
