package expression

func parseUpdate(text string) ([]action, error) {
	p := newParser(text)
	var actions []action
	for {
		clause := p.clause()
		if p.err != nil {
			return nil, p.err
		}
		actions = append(actions, clause...)
		if p.token.kind == end {
			return actions, nil
		}
	}
}

// clause reads a keyword and its actions.
func (p *parser) clause() []action {
	var found verb
	for _, v := range []verb{set, remove, add, del} {
		if found == "" && p.accept(string(v)) {
			found = v
		}
	}
	if found == "" {
		p.unexpected()
		return nil
	}
	actions := []action{p.action(found)}
	actions[0].first = true
	for p.accept(",") {
		actions = append(actions, p.action(found))
	}
	return actions
}

func (p *parser) action(verb verb) action {
	a := action{verb: verb, path: p.path()}
	switch verb {
	case set:
		p.expect("=")
		p.undecided = true
		a.operand, _ = p.assigned()
		p.decide()
	case add, del:
		// Nothing but a value: ADD a b is wrong at b.
		if p.token.kind == valueRef {
			a.operand = p.bareOperand()
		} else {
			p.unexpected()
		}
	}
	return a
}

// assigned reads the right side of a SET: an operand, or a sum or difference of
// two, which may stand in parentheses as a whole but not in a larger one.
func (p *parser) assigned() (x assignable, wrapped bool) {
	if p.accept("(") {
		var inner bool
		x, inner = p.assigned()
		p.expect(")")
		p.wrapped(inner)
		wrapped = true
	} else {
		x = p.bareOperand()
	}
	left, ok := x.(operand)
	if !ok {
		return x, wrapped
	}
	for _, operator := range []string{"+", "-"} {
		if p.accept(operator) {
			p.decide()
			return &arithmetic{operator: operator, left: left, right: p.operand()}, false
		}
	}
	return x, wrapped
}
