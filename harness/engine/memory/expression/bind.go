package expression

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// Limits of an expression (Limits page; where each is counted by our
// measurement of DynamoDB Local).
const (
	maxLength    = 4096 // characters
	maxOperators = 300  // comparators, BETWEEN, IN, AND, OR, NOT, + and -, functions
	maxNesting   = 32   // elements of a path
	maxIn        = 100  // operands of IN
)

// binder gives the names and values of the request to an expression and checks
// what depends on them, keeping the first mistake.
type binder struct {
	scope     *scope
	operators int
	paths     []*path // all of the expression
	err       error
}

func (b *binder) refuse(format string, args ...any) {
	if b.err == nil {
		b.err = refuse(format, args...)
	}
}

// count counts an operator.
func (b *binder) count(n int) {
	if b.operators += n; b.operators > maxOperators {
		b.refuse("The expression contains too many operators; operator count: %d", maxOperators+1)
	}
}

func (p *path) bind(b *binder) {
	b.paths = append(b.paths, p)
	if n := len(p.steps); n > maxNesting {
		b.refuse("The document path has too many nesting levels; nesting levels: %d", n)
	}
	for i, s := range p.steps {
		if !s.reference {
			continue
		}
		name, ok := b.scope.names.use(s.name)
		if !ok {
			b.refuse("An expression attribute name used in the document path is not defined; attribute name: %s", s.name)
		}
		p.steps[i].name = name
	}
}

func (l *literal) bind(b *binder) {
	v, ok := b.scope.values.use(l.reference)
	if !ok {
		b.refuse("An expression attribute value used in expression is not defined; attribute value: %s", l.reference)
	}
	l.v = v
}

func (c *call) bind(b *binder) {
	for _, x := range c.args {
		x.bind(b)
	}
	if n := len(c.args); n != c.function.operands() {
		b.refuse("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", c.function, n)
		return
	}
	switch c.function {
	case attributeExists, attributeNotExists, ifNotExists:
		if _, ok := c.args[0].(*path); !ok {
			b.refuse("Operator or function requires a document path; operator or function: %s", c.function)
		}
		b.distinct(c.function.String(), c.args[0], c.args[1:]...)
	case attributeType:
		b.distinct(c.function.String(), c.args[0], c.args[1])
		c.bindType(b)
	case beginsWith:
		b.distinct(c.function.String(), c.args[0], c.args[1])
		b.allow(c.function.String(), func(k item.Kind) bool { return k == item.S || k == item.B }, c.args...)
	case contains:
		b.distinct(c.function.String(), c.args[0], c.args[1])
	case size:
		b.allow(c.function.String(), func(k item.Kind) bool { return k != item.N && k != item.BOOL && k != item.NULL }, c.args...)
	case listAppend:
		b.allow(c.function.String(), func(k item.Kind) bool { return k == item.L }, c.args...)
	}
	b.count(1)
}

// bindType checks the second operand of attribute_type: it must be a value, and
// the descriptor of a type.
func (c *call) bindType(b *binder) {
	if k := c.args[1].kind(); k != item.S {
		text := k.String()
		if k == item.None {
			text = item.KindList()
		}
		b.refuse("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", c.function, text)
		return
	}
	descriptor := c.args[1].(*literal).v.(*types.AttributeValueMemberS).Value // nothing else is known to be a string
	if _, ok := item.ParseKind(descriptor); !ok {
		b.refuse("Invalid attribute type name found; type: %s, valid types: %s", descriptor, item.KindList())
	}
}

// allow refuses operands that can be seen to be of a wrong kind.
func (b *binder) allow(operator string, allowed func(item.Kind) bool, operands ...operand) {
	for _, x := range operands {
		if k := x.kind(); k != item.None && !allowed(k) {
			b.refuse("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, k)
		}
	}
}

// distinct refuses a path that is compared with itself.
func (b *binder) distinct(operator string, first operand, others ...operand) {
	p, ok := first.(*path)
	if !ok {
		return
	}
	for _, x := range others {
		if q, ok := x.(*path); ok && p.equal(q) {
			b.refuse("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, p)
		}
	}
}

func (x *comparison) bind(b *binder) {
	x.left.bind(b)
	x.right.bind(b)
	b.distinct(x.operator, x.left, x.right)
	if x.operator != "=" && x.operator != "<>" {
		b.allow(x.operator, item.Kind.Ordered, x.left, x.right)
	}
	b.count(1)
}

func (x *between) bind(b *binder) {
	x.x.bind(b)
	x.low.bind(b)
	x.high.bind(b)
	b.allow("BETWEEN", item.Kind.Ordered, x.x, x.low, x.high)
	b.distinct("BETWEEN", x.x, x.low, x.high)
	b.bounds(x.low, x.high)
	b.count(1)
}

// bounds checks the bounds of BETWEEN if both are values.
func (b *binder) bounds(low, high operand) {
	l, ok := low.(*literal)
	if !ok {
		return
	}
	h, ok := high.(*literal)
	if !ok || b.err != nil {
		return
	}
	problem := ""
	if order, ok := item.Compare(l.v, h.v); !ok {
		problem = "same data type for lower and upper bounds"
	} else if order > 0 {
		problem = "upper bound to be greater than or equal to lower bound"
	}
	if problem != "" {
		b.refuse("The BETWEEN operator requires %s; lower bound operand: AttributeValue: %s, upper bound operand: AttributeValue: %s",
			problem, item.Format(l.v), item.Format(h.v))
	}
}

func (x *in) bind(b *binder) {
	x.x.bind(b)
	for _, y := range x.list {
		y.bind(b)
	}
	b.distinct("IN", x.x, x.list...)
	if n := len(x.list); n > maxIn {
		b.refuse("The IN operator is provided with too many operands; number of operands: %d", n)
	}
	b.count(1)
}

func (x *and) bind(b *binder) {
	for _, term := range x.terms {
		term.bind(b)
	}
	b.count(len(x.terms) - 1)
}

func (x *or) bind(b *binder) {
	for _, term := range x.terms {
		term.bind(b)
	}
	b.count(len(x.terms) - 1)
}

func (x *not) bind(b *binder) {
	x.term.bind(b)
	b.count(1)
}

func (a *arithmetic) bind(b *binder) {
	a.left.bind(b)
	a.right.bind(b)
	b.allow(a.operator, func(k item.Kind) bool { return k == item.N }, a.left, a.right)
	b.count(1)
}

func (l *literal) kind() item.Kind { return item.KindOf(l.v) }

func (*path) kind() item.Kind { return item.None }
