package expression

import (
	"fmt"
	"strings"
)

// refusal is what is wrong with an expression. The message of the request
// begins with which expression it is: "Invalid UpdateExpression: ".
type refusal string

func (r refusal) Error() string { return string(r) }

func refuse(format string, args ...any) error { return refusal(fmt.Sprintf(format, args...)) }

// parser reads one expression. After the first mistake it sees nothing but the
// end of the text, so that every rule ends by itself; what it made is worthless
// then, and err says why.
type parser struct {
	lexer
	previous, token, ahead token
	err                    error

	// Redundant parentheses are a mistake, but a mistake of syntax that shows
	// before it is sure what the parentheses hold comes first: "((a)) AND" is
	// wrong at AND, "((a)) =" is redundant.
	redundant, undecided bool
}

func newParser(text string) *parser {
	p := &parser{lexer: lexer{text: text}}
	p.token = p.lexer.next()
	p.ahead = p.lexer.next()
	return p
}

// advance moves to the next token.
func (p *parser) advance() {
	p.previous, p.token, p.ahead = p.token, p.ahead, p.lexer.next()
}

// accept moves on if the token is this symbol or keyword.
func (p *parser) accept(text string) bool {
	if !p.token.is(text) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.unexpected()
	}
}

// unexpected says that nothing can go on with this token. What is near reaches
// from the token before it to the one after it, spaces included.
func (p *parser) unexpected() {
	if p.err != nil {
		return
	}
	text := p.token.text
	if p.token.kind == end {
		text = "<EOF>"
	}
	p.fail(refuse(`Syntax error; token: "%s", near: "%s"`, text, p.text[p.previous.start:p.ahead.end]))
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = err
	}
	p.token = token{kind: end}
	p.ahead = p.token
	p.lexer.at = len(p.lexer.text)
}

// wrapped notes that parentheses were closed; inner tells that they held
// nothing but parentheses.
func (p *parser) wrapped(inner bool) {
	p.redundant = p.redundant || inner
	if !p.undecided {
		p.decide()
	}
}

// decide is called where it is sure which rule is being followed.
func (p *parser) decide() {
	p.undecided = false
	if p.redundant && p.err == nil {
		p.fail(refuse("The expression has redundant parentheses;"))
	}
}

// finish wants the end of the text.
func (p *parser) finish() error {
	if p.token.kind != end {
		p.unexpected()
	}
	return p.err
}

// operand reads a path, a value or a function, in parentheses or not.
func (p *parser) operand() operand {
	x, _ := p.wrappedOperand()
	return x
}

func (p *parser) wrappedOperand() (x operand, wrapped bool) {
	if !p.accept("(") {
		return p.bareOperand(), false
	}
	x, inner := p.wrappedOperand()
	p.expect(")")
	p.wrapped(inner)
	return x, true
}

func (p *parser) bareOperand() operand {
	switch {
	case p.token.kind == valueRef:
		v := &literal{reference: p.token.text}
		p.advance()
		return v
	case p.token.kind == name && p.ahead.is("("):
		return p.call()
	default:
		return p.path()
	}
}

func (p *parser) call() *call {
	c := &call{name: p.token.text}
	p.advance()
	p.expect("(")
	c.args = p.operands()
	return c
}

// operands reads one operand or more up to the closing parenthesis.
func (p *parser) operands() []operand {
	list := []operand{p.operand()}
	for p.accept(",") {
		list = append(list, p.operand())
	}
	p.expect(")")
	return list
}

func (p *parser) path() *path {
	steps := []step{p.step()}
	for {
		switch {
		case p.accept("."):
			steps = append(steps, p.step())
		case p.accept("["):
			steps = append(steps, step{name: p.token.text, indexed: true})
			if p.token.kind == index {
				p.advance()
			} else {
				p.unexpected()
			}
			p.expect("]")
		default:
			return &path{steps: steps}
		}
	}
}

func (p *parser) step() step {
	s := step{name: p.token.text, reference: p.token.kind == nameRef}
	if p.token.kind == name || p.token.kind == nameRef {
		p.advance()
	} else {
		p.unexpected()
	}
	return s
}

// parseProjection reads a list of paths.
func parseProjection(text string) ([]*path, error) {
	p := newParser(text)
	paths := []*path{p.path()}
	for p.accept(",") {
		paths = append(paths, p.path())
	}
	return paths, p.finish()
}

// comparator reads = <> < <= > >=, or nothing.
func (p *parser) comparator() (string, bool) {
	if p.token.kind != symbol || strings.IndexByte("=<>", p.token.text[0]) < 0 {
		return "", false
	}
	operator := p.token.text
	p.advance()
	return operator, true
}
