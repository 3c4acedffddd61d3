package scenario

import "reflect"

// Argument is one that a verb takes.
type Argument struct {
	// Name as in YAML.
	Name string
	// Optional arguments may be left out.
	Optional bool
	// Choices are all that it may be; none means anything of its type.
	Choices []string
}

// Arguments lists what a verb takes, in the order of its struct.
func Arguments(v Verb) []Argument {
	var list []Argument
	for _, f := range fieldsOf(reflect.TypeOf(v.New()).Elem()) {
		a := Argument{Name: f.name, Optional: f.optional}
		if c, ok := reflect.New(f.typ).Elem().Interface().(interface{ Choices() []string }); ok {
			a.Choices = c.Choices()
		}
		list = append(list, a)
	}
	return list
}
