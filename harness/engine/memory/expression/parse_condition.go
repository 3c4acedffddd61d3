package expression

// phrase is what stands between parentheses: a condition or an operand. A
// function may be both, and what follows decides.
type phrase struct {
	condition condition
	operand   operand
	wrapped   bool
}

func parseCondition(text string) (condition, error) {
	p := newParser(text)
	ph := p.disjunction(false)
	return ph.condition, p.finish()
}

// disjunction reads conditions joined by OR, which binds loosest. alone tells
// that it stands right behind "(": then a bare operand is fine, and a function is
// not known to be a condition, for "(size(a)) =" may follow.
func (p *parser) disjunction(alone bool) phrase {
	first := p.conjunction(alone)
	if first.condition == nil || !p.token.is("OR") {
		return first
	}
	terms := []condition{first.condition}
	for p.accept("OR") {
		p.decide()
		terms = append(terms, p.conjunction(false).condition)
	}
	return phrase{condition: &or{terms: terms}}
}

func (p *parser) conjunction(alone bool) phrase {
	first := p.negation(alone)
	if first.condition == nil || !p.token.is("AND") {
		return first
	}
	terms := []condition{first.condition}
	for p.accept("AND") {
		p.decide()
		terms = append(terms, p.negation(false).condition)
	}
	return phrase{condition: &and{terms: terms}}
}

func (p *parser) negation(alone bool) phrase {
	if p.accept("NOT") {
		return phrase{condition: &not{term: p.negation(false).condition}}
	}
	return p.term(alone)
}

// term reads a comparison, a function or something in parentheses.
func (p *parser) term(alone bool) phrase {
	p.undecided = true
	ph := p.parenthesised()
	if ph.operand != nil {
		if c := p.comparison(ph.operand); c != nil {
			return phrase{condition: c}
		}
	}
	switch {
	case ph.condition == nil && !(alone && p.token.is(")")):
		p.unexpected()
	case !alone:
		p.decide()
	}
	return ph
}

func (p *parser) parenthesised() phrase {
	if !p.accept("(") {
		x := p.bareOperand()
		c, _ := x.(condition) // a function
		return phrase{condition: c, operand: x}
	}
	ph := p.disjunction(true)
	p.expect(")")
	p.wrapped(ph.wrapped)
	ph.wrapped = true
	return ph
}

// comparison reads what follows the first operand, or returns nil if that was all.
func (p *parser) comparison(x operand) condition {
	if operator, ok := p.comparator(); ok {
		p.decide()
		return &comparison{operator: operator, left: x, right: p.operand()}
	}
	switch {
	case p.accept("BETWEEN"):
		p.decide()
		low := p.operand()
		p.expect("AND")
		return &between{x: x, low: low, high: p.operand()}
	case p.accept("IN"):
		p.decide()
		p.expect("(")
		return &in{x: x, list: p.operands()}
	}
	return nil
}
