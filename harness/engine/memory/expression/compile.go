package expression

import (
	"slices"
	"unicode/utf8"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Compiled is what a [Request] means. A field is nil where the request says
// nothing. It never changes and may be used from several goroutines.
type Compiled struct {
	Update     *Update
	Condition  *Condition
	Filter     *Condition
	Key        *KeyCondition
	Projection *Projection

	paths []*path // of all expressions
}

// Compile checks the parameters of a request as far as it can be done without
// knowing the table, in DynamoDB's order, and makes them ready to use. Errors
// are ValidationExceptions.
//
// What depends on the table is checked by [Compiled.CheckKeys] and
// [KeyCondition.Range].
func Compile(r Request) (*Compiled, error) {
	if err := r.checkMixture(); err != nil {
		return nil, err
	}
	c := &Compiled{}
	if err := c.addLegacy(&r); err != nil {
		return nil, err
	}
	if len(r.expressions()) > 0 {
		s, err := newScope(&r)
		if err != nil {
			return nil, err
		}
		if err := c.addExpressions(&r, s); err != nil {
			return nil, err
		}
		if err := s.checkUsed(); err != nil {
			return nil, err
		}
	}
	if r.Operation == "Query" && c.Key == nil {
		return nil, validation.Errorf("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	return c, nil
}

// addExpressions compiles the expressions in the order in which their mistakes
// are reported.
func (c *Compiled) addExpressions(r *Request, s *scope) error {
	for _, e := range [...]struct {
		name string
		text *string
	}{
		{updateExpression, r.UpdateExpression},
		{conditionExpression, r.ConditionExpression},
		{filterExpression, r.FilterExpression},
		{projectionExpression, r.ProjectionExpression},
		{keyConditionExpression, r.KeyConditionExpression},
	} {
		if e.text == nil {
			continue
		}
		b := &binder{scope: s}
		if err := c.addExpression(e.name, *e.text, b); err != nil {
			return validation.Errorf("Invalid %s: %s", e.name, err.Error())
		}
		c.paths = append(c.paths, b.paths...)
	}
	return nil
}

func (c *Compiled) addExpression(name, text string, b *binder) error {
	if err := checkLength(name, text); err != nil {
		return err
	}
	switch name {
	case updateExpression:
		return c.addUpdate(text, b)
	case projectionExpression:
		return c.addProjection(text, b)
	}
	condition, err := newCondition(text, b)
	switch name {
	case conditionExpression:
		c.Condition = condition
	case filterExpression:
		c.Filter = condition
	case keyConditionExpression:
		c.Key = &KeyCondition{root: condition.root}
	}
	return err
}

// checkLength keeps everything behind it small: no expression, however nested,
// can exhaust a stack. Not all messages tell the size.
func checkLength(name, text string) error {
	if text == "" {
		return refuse("The expression can not be empty;")
	}
	if len(text) <= maxLength {
		return nil
	}
	n := utf8.RuneCountInString(text)
	switch {
	case n <= maxLength:
		return nil
	case name == updateExpression || name == projectionExpression:
		return refuse("Expression size has exceeded the maximum allowed size;")
	}
	return refuse("Expression size has exceeded the maximum allowed size; expression size: %d", n)
}

// newCondition returns a condition with the error, so that it is never nil.
func newCondition(text string, b *binder) (*Condition, error) {
	root, err := parseCondition(text)
	if err != nil {
		return &Condition{}, err
	}
	if err := checkCondition(root); err != nil {
		return &Condition{}, err
	}
	root.bind(b)
	return &Condition{root: root, paths: b.paths}, b.err
}

func (c *Compiled) addProjection(text string, b *binder) error {
	paths, err := parseProjection(text)
	if err != nil {
		return err
	}
	if err := checkProjection(paths); err != nil {
		return err
	}
	c.Projection, err = b.projection(paths)
	return err
}

func (b *binder) projection(paths []*path) (*Projection, error) {
	t, err := b.trie(paths)
	if err != nil {
		return nil, err
	}
	return &Projection{trie: t}, nil
}

// trie binds and joins paths, from the last one to the first: DynamoDB Local
// does so, and it decides which of several mistakes is reported.
func (b *binder) trie(paths []*path) (*trie, error) {
	root := &trie{}
	for i, p := range slices.Backward(paths) {
		if p.bind(b); b.err != nil {
			return nil, b.err
		}
		if err := root.insert(p, i); err != nil {
			return nil, err
		}
	}
	root.sort()
	return root, nil
}

func (c *Compiled) addUpdate(text string, b *binder) error {
	actions, err := parseUpdate(text)
	if err != nil {
		return err
	}
	if err := checkUpdate(actions); err != nil {
		return err
	}
	c.Update, err = b.update(actions)
	return err
}

// update binds the paths of all actions, then their operands, again from the
// last one to the first.
func (b *binder) update(actions []action) (*Update, error) {
	paths := make([]*path, len(actions))
	for i, a := range actions {
		paths[i] = a.path
	}
	trie, err := b.trie(paths)
	if err != nil {
		return nil, err
	}
	for _, a := range slices.Backward(actions) {
		if a.operand == nil {
			continue
		}
		a.operand.bind(b)
		switch a.verb {
		case add:
			b.allowAction(a, func(k item.Kind) bool { return k == item.N || k.Set() })
		case del:
			b.allowAction(a, item.Kind.Set)
		}
	}
	return &Update{actions: actions, trie: trie}, b.err
}

func (b *binder) allowAction(a action, allowed func(item.Kind) bool) {
	if k := a.operand.(*literal).kind(); !allowed(k) {
		b.refuse("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND", a.verb, k.Name(), a.verb)
	}
}

// CheckKeys refuses what a request does to key attributes: to update them, or to
// look into them, which are scalars. indexed are the keys of the table's indexes.
func (c *Compiled) CheckKeys(table item.Schema, indexed ...item.Schema) error {
	if c.Update != nil {
		for _, name := range table.Names() {
			for _, a := range c.Update.actions {
				if a.path.top() == name {
					return validation.Errorf("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
				}
			}
		}
	}
	if err := c.checkScalars("Key", table); err != nil {
		return err
	}
	for _, key := range indexed {
		if err := c.checkScalars("IndexKey", key); err != nil {
			return err
		}
	}
	return nil
}

func (c *Compiled) checkScalars(what string, key item.Schema) error {
	for _, name := range key.Names() {
		for _, p := range c.paths {
			if p.top() == name && len(p.steps) > 1 {
				return validation.Errorf("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s: %s", what, name)
			}
		}
	}
	return nil
}

// CheckFilter refuses the filter of a Query that names an attribute of the key
// by which the query reads, that of the table or of an index.
func (c *Compiled) CheckFilter(queried item.Schema) error {
	if c.Filter == nil {
		return nil
	}
	what := "Filter Expression"
	if c.Filter.parameter != "" {
		what = c.Filter.parameter
	}
	for _, name := range queried.Names() {
		for _, p := range c.Filter.paths {
			if p.top() == name {
				return validation.Errorf("%s can only contain non-primary key attributes: Primary key attribute: %s", what, name)
			}
		}
	}
	return nil
}
