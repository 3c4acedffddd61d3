package expression

import (
	"strings"
	"unicode/utf8"
)

// kind is what sort of token it is.
type kind int

const (
	end      kind = iota
	name          // an attribute or a function: letter, then letters, digits, _
	nameRef       // #name
	valueRef      // :value
	index         // 0, 12: never 00
	symbol        // one of = <> < <= > >= ( ) [ ] . , + -
	keyword       // AND, BETWEEN, SET …, in any case
	stray         // a character that begins nothing
)

// token is a piece of the text, from byte start to before byte end.
type token struct {
	kind       kind
	start, end int
	text       string
}

// is tells whether this is a symbol or a keyword. Keywords are given in capitals.
func (t token) is(text string) bool {
	switch t.kind {
	case symbol:
		return t.text == text
	case keyword:
		return strings.EqualFold(t.text, text)
	}
	return false
}

// keywords are tokens of their own in every kind of expression: none of them is
// ever a name, as the error in "REMOVE between" shows. Other reserved words are
// names until they are checked.
func isKeyword(text string) bool {
	switch len(text) {
	case 2, 3, 6, 7:
	default:
		return false
	}
	switch strings.ToUpper(text) {
	case "AND", "OR", "NOT", "IN", "BETWEEN", "SET", "REMOVE", "ADD", "DELETE":
		return true
	}
	return false
}

// lexer cuts an expression into tokens, one at a time.
type lexer struct {
	text string
	at   int
}

func (l *lexer) next() token {
	for l.at < len(l.text) && isSpace(l.text[l.at]) {
		l.at++
	}
	start := l.at
	k := l.scan()
	return token{kind: k, start: start, end: l.at, text: l.text[start:l.at]}
}

// scan moves behind the next token.
func (l *lexer) scan() kind {
	if l.at == len(l.text) {
		return end
	}
	start := l.at
	c := l.text[start]
	l.at++
	switch {
	case isLetter(c):
		l.skip(isNamePart)
		if isKeyword(l.text[start:l.at]) {
			return keyword
		}
		return name
	case c == '#' || c == ':':
		return l.reference(c)
	case c == '0':
		return index
	case isDigit(c):
		l.skip(isDigit)
		return index
	case c == '<' && (l.follows('>') || l.follows('=')), c == '>' && l.follows('='):
		l.at++
		return symbol
	case strings.IndexByte("=<>()[].,+-", c) >= 0:
		return symbol
	}
	_, size := utf8.DecodeRuneInString(l.text[start:])
	l.at = start + size
	return stray
}

func (l *lexer) reference(c byte) kind {
	if l.at == len(l.text) || !isNamePart(l.text[l.at]) {
		return stray
	}
	l.skip(isNamePart)
	if c == '#' {
		return nameRef
	}
	return valueRef
}

func (l *lexer) follows(c byte) bool { return l.at < len(l.text) && l.text[l.at] == c }

func (l *lexer) skip(while func(byte) bool) {
	for l.at < len(l.text) && while(l.text[l.at]) {
		l.at++
	}
}

func isSpace(c byte) bool    { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isLetter(c byte) bool   { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isNamePart(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

// isReference tells whether a key of ExpressionAttributeNames (mark '#') or
// ExpressionAttributeValues (mark ':') could occur in an expression.
func isReference(key string, mark byte) bool {
	if len(key) < 2 || key[0] != mark {
		return false
	}
	for i := 1; i < len(key); i++ {
		if !isNamePart(key[i]) {
			return false
		}
	}
	return true
}
