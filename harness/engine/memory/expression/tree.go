package expression

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// The tree of an expression. The parser makes it, check looks at what can be
// seen without the request, bind fills in names and values; from then on it is
// never changed and may be evaluated by many at once.

// condition is what an item meets or does not: comparison, between, in, call,
// and, or, not.
type condition interface {
	check(c *checker, at place)
	bind(b *binder)
	holds(it item.Item) bool
}

// assignable is what stands on the right side of a SET: any operand, or
// arithmetic.
type assignable interface {
	check(c *checker, at place)
	bind(b *binder)
}

// operand is what has a value: path, literal, call.
type operand interface {
	assignable
	// kind returns the kind that is known without an item; item.None for a path.
	kind() item.Kind
	// value returns nil where there is none, as at a path that leads nowhere.
	value(it item.Item) types.AttributeValue
}

// path leads to an attribute or into one: a.b[3].#c.
type path struct {
	steps []step
}

// step is one element of a path: a name, or an index of a list.
type step struct {
	name      string // what is written, until check knows an index and bind a name
	index     int
	indexed   bool
	reference bool // written #name
}

// literal is a value of ExpressionAttributeValues, written :reference.
type literal struct {
	reference string
	v         types.AttributeValue
}

// call is a function: a condition like contains, or an operand like size.
type call struct {
	name     string // what is written
	function function
	args     []operand
}

type comparison struct {
	operator    string
	left, right operand
}

type between struct {
	x, low, high operand
}

type in struct {
	x    operand
	list []operand
}

type and struct{ terms []condition }

type or struct{ terms []condition }

type not struct{ term condition }

// arithmetic is the sum or difference of a SET.
type arithmetic struct {
	operator    string // + or -
	left, right operand
}

// verb is the keyword of a clause of an update.
type verb string

const (
	set    verb = "SET"
	remove verb = "REMOVE"
	add    verb = "ADD"
	del    verb = "DELETE"
)

// action is one change of an update. REMOVE has no operand.
type action struct {
	verb    verb
	first   bool // of its clause
	path    *path
	operand assignable
}

// String writes a path as error messages do: [a, [3], b].
func (p *path) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, s := range p.steps {
		if i > 0 {
			b.WriteString(", ")
		}
		if s.indexed {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		} else {
			b.WriteString(s.name)
		}
	}
	b.WriteByte(']')
	return b.String()
}

// top returns the attribute that a path begins with.
func (p *path) top() string { return p.steps[0].name }

func (s step) equal(t step) bool {
	return s.indexed == t.indexed && s.index == t.index && s.name == t.name
}

// attribute returns the path to an attribute of the item.
func attribute(name string) *path { return &path{steps: []step{{name: name}}} }

func (p *path) equal(q *path) bool { return slices.EqualFunc(p.steps, q.steps, step.equal) }
