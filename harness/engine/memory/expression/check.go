package expression

import (
	"math"
	"slices"
	"strconv"
)

// checker looks at what is wrong with an expression whatever the request says
// besides: names of functions and where they stand, reserved words, indexes too
// large, clauses that come twice. It goes through the text from the left and
// keeps the first mistake.
type checker struct {
	update bool
	err    error
}

func (c *checker) refuse(format string, args ...any) {
	if c.err == nil {
		c.err = refuse(format, args...)
	}
}

func checkCondition(root condition) error {
	var c checker
	root.check(&c, asCondition)
	return c.err
}

func checkProjection(paths []*path) error {
	var c checker
	for _, p := range paths {
		p.check(&c, asOperand)
	}
	return c.err
}

func checkUpdate(actions []action) error {
	c := checker{update: true}
	var seen []verb
	for i, a := range actions {
		a.path.check(&c, asOperand)
		if a.operand != nil {
			a.operand.check(&c, asAssigned)
		}
		if last := i == len(actions)-1 || actions[i+1].first; last {
			if slices.Contains(seen, a.verb) {
				c.refuse(`The "%s" section can only be used once in an update expression;`, a.verb)
			}
			seen = append(seen, a.verb)
		}
	}
	return c.err
}

func (p *path) check(c *checker, _ place) {
	for i, s := range p.steps {
		switch {
		case s.indexed:
			n, err := strconv.Atoi(s.name)
			if err != nil || n > math.MaxInt32 {
				c.refuse("List index is not within the allowable range; index: [%s]", s.name)
			}
			p.steps[i].index, p.steps[i].name = n, ""
		case !s.reference && isReserved(s.name):
			c.refuse("Attribute name is a reserved keyword; reserved keyword: %s", s.name)
		}
	}
}

func (*literal) check(*checker, place) {}

func (f *call) check(c *checker, at place) {
	f.function = functionNamed(f.name)
	switch {
	case f.function == unknown:
		c.refuse("Invalid function name; function: %s", f.name)
	case f.function.update() && !c.update:
		c.refuse("The function is not allowed in a condition expression; function: %s", f.function)
	case !f.function.update() && c.update:
		c.refuse("The function is not allowed in an update expression; function: %s", f.function)
	case !f.function.fits(at):
		c.refuse("The function is not allowed to be used this way in an expression; function: %s", f.function)
	}
	for _, x := range f.args {
		x.check(c, asOperand)
	}
}

func (a *arithmetic) check(c *checker, _ place) {
	a.left.check(c, asOperand)
	a.right.check(c, asOperand)
}

func (x *comparison) check(c *checker, _ place) {
	x.left.check(c, asOperand)
	x.right.check(c, asOperand)
}

func (x *between) check(c *checker, _ place) {
	x.x.check(c, asOperand)
	x.low.check(c, asOperand)
	x.high.check(c, asOperand)
}

func (x *in) check(c *checker, _ place) {
	x.x.check(c, asOperand)
	for _, y := range x.list {
		y.check(c, asOperand)
	}
}

func (x *and) check(c *checker, _ place) {
	for _, term := range x.terms {
		term.check(c, asCondition)
	}
}

func (x *or) check(c *checker, _ place) {
	for _, term := range x.terms {
		term.check(c, asCondition)
	}
}

func (x *not) check(c *checker, _ place) { x.term.check(c, asCondition) }
