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
	ph := p.disjunction(false, 0)
	return ph.condition, p.finish()
}

// disjunction reads conditions joined by OR, which binds loosest. alone tells
// that it stands right behind "(", where a bare operand is fine; depth counts
// the open parentheses.
func (p *parser) disjunction(alone bool, depth int) phrase {
	first := p.conjunction(alone, depth)
	if first.condition == nil || !p.token.is("OR") {
		return first
	}
	terms := []condition{first.condition}
	for p.accept("OR") {
		p.decide()
		terms = append(terms, p.conjunction(false, depth).condition)
	}
	return phrase{condition: &or{terms: terms}}
}

func (p *parser) conjunction(alone bool, depth int) phrase {
	first := p.negation(alone, depth)
	if first.condition == nil || !p.token.is("AND") {
		return first
	}
	terms := []condition{first.condition}
	for p.accept("AND") {
		p.decide()
		terms = append(terms, p.negation(false, depth).condition)
	}
	return phrase{condition: &and{terms: terms}}
}

func (p *parser) negation(alone bool, depth int) phrase {
	if !p.accept("NOT") {
		return p.term(alone, depth)
	}
	term := p.negation(false, depth).condition
	p.decide()
	return phrase{condition: &not{term: term}}
}

// term reads a comparison, a function or something in parentheses.
func (p *parser) term(alone bool, depth int) phrase {
	p.undecided = true
	ph := p.parenthesised(depth)
	if ph.operand != nil {
		if c := p.comparison(ph.operand); c != nil {
			return phrase{condition: c}
		}
	}
	switch {
	case ph.condition != nil:
		if depth == 0 {
			p.decide()
		}
	case !alone || !p.token.is(")"):
		p.unexpected()
	}
	return ph
}

func (p *parser) parenthesised(depth int) phrase {
	if !p.accept("(") {
		x := p.bareOperand()
		c, _ := x.(condition) // a function
		return phrase{condition: c, operand: x}
	}
	ph := p.disjunction(true, depth+1)
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
