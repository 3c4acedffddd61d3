package scenario

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expectWord looks at one value in the middle of a scenario.
func expectWord() controlWord {
	type expect struct {
		View   viewName       `yaml:"view,omitempty"`
		Of     string         `yaml:"of"`
		Path   viewPath       `yaml:"path,omitempty"`
		Is     attributeValue `yaml:"is,omitempty"`
		Absent bool           `yaml:"absent,omitempty"`
	}
	return withArguments(Word{"expect", "Demands one value of a view, or that there is none.", "expect: {view: indicators, of: FIN#f1, path: max_open_severity_score, is: 9.8}"},
		func(r *reader, e entry, a expect) Control {
			view := string(a.View)
			switch {
			case view != "":
			case len(r.vocab.Views) == 1:
				view = r.vocab.Views[0]
			default:
				r.wrong(e.keyAt, list(r.vocab.allViews(), "views"), "expect lacks the argument %q", "view")
			}
			switch {
			case a.Is.given && a.Absent:
				r.wrong(e.keyAt, "keep one of them", "expect takes is or absent, not both")
			case !a.Is.given && !a.Absent:
				r.wrong(e.keyAt, "add is: VALUE, or absent: true", "expect demands nothing")
			}
			return Expect{View: view, Of: a.Of, Path: string(a.Path), Is: a.Is.value, Absent: a.Absent}
		})
}

// viewName is an argument that names a view.
type viewName string

func (v *viewName) read(r *reader, e entry) {
	name := r.text(e)
	if name != "" && !slices.Contains(r.vocab.allViews(), name) {
		r.wrong(e.at, suggest(name, r.vocab.allViews(), "views"), "unknown view %q", name)
	}
	*v = viewName(name)
}

// attributeValue is an argument that is any value an attribute can have.
type attributeValue struct {
	value types.AttributeValue
	given bool
}

func (v *attributeValue) read(r *reader, e entry) {
	v.value, v.given = r.value(e), true
}
