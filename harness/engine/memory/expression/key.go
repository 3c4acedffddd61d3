package expression

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// KeyCondition is a key condition expression, or the KeyConditions that say the
// same. What it means depends on the key of the table or index: see
// [KeyCondition.Range].
type KeyCondition struct {
	root  condition          // nil: tests are those of KeyConditions
	tests map[string]keyTest // by attribute
}

// keyTest is the condition on one key attribute: it stands before the operator,
// the values behind it.
type keyTest struct {
	operator string // = < <= > >= BETWEEN begins_with, or one that keys do not have
	values   []types.AttributeValue
}

// KeyRange is the part of a table or index that a key condition selects: one
// partition, and a range of its items in the order of their range attributes.
type KeyRange struct {
	// Hash has the values of the schema's hash attributes, in its order.
	Hash []types.AttributeValue
	// tests belong to the first range attributes. All but the last are "=".
	names []string
	tests []keyTest
}

// Range checks the condition against a key. Errors are ValidationExceptions.
func (k *KeyCondition) Range(key item.Schema) (*KeyRange, error) {
	tests := k.tests
	if k.root != nil {
		tests = map[string]keyTest{}
		if err := collect(k.root, tests); err != nil {
			return nil, err
		}
	}
	if len(key.Hash) > 1 || len(key.Range) > 1 {
		return multiRange(tests, key)
	}
	return singleRange(tests, key)
}

// collect takes apart a key condition: a condition, or several joined by AND.
func collect(c condition, tests map[string]keyTest) error {
	switch c := c.(type) {
	case *and:
		for _, term := range c.terms {
			if err := collect(term, tests); err != nil {
				return err
			}
		}
		return nil
	case *or:
		return invalidKeyOperator("OR")
	case *not:
		return invalidKeyOperator("NOT")
	case *in:
		return invalidKeyOperator("IN")
	case *comparison:
		if c.operator == "<>" {
			return invalidKeyOperator(c.operator)
		}
		operator := c.operator
		if _, ok := c.right.(*path); ok {
			operator = mirrored(operator)
		}
		return collectTest(operator, tests, c.left, c.right)
	case *between:
		if _, ok := c.x.(*literal); ok {
			return keyFirst("BETWEEN")
		}
		return collectTest("BETWEEN", tests, c.x, c.low, c.high)
	case *call:
		if c.function != beginsWith {
			return invalidKeyOperator(c.function.String())
		}
		if _, ok := c.args[0].(*path); !ok {
			return keyFirst(beginsWith.String())
		}
		return collectTest(beginsWith.String(), tests, c.args...)
	}
	return nil
}

func invalidKeyOperator(operator string) error {
	return validation.Errorf("Invalid operator used in KeyConditionExpression: %s", operator)
}

func keyFirst(operator string) error {
	return validation.Errorf("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand", operator)
}

// mirrored returns the operator that says the same with its operands exchanged.
func mirrored(operator string) string {
	switch operator {
	case "<", "<=":
		return strings.Replace(operator, "<", ">", 1)
	case ">", ">=":
		return strings.Replace(operator, ">", "<", 1)
	}
	return operator
}

// collectTest wants one path, and values for the rest.
func collectTest(operator string, tests map[string]keyTest, operands ...operand) error {
	attribute := ""
	test := keyTest{operator: operator}
	for _, x := range operands {
		switch x := x.(type) {
		case *path:
			if attribute != "" {
				return validation.Errorf("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
			}
			if len(x.steps) > 1 {
				return validation.Errorf("KeyConditionExpressions cannot have conditions on nested attributes")
			}
			attribute = x.top()
		case *literal:
			test.values = append(test.values, x.v)
		case *call:
			return validation.Errorf("KeyConditionExpressions cannot contain nested operations")
		}
	}
	if attribute == "" {
		return validation.Errorf("Invalid condition in KeyConditionExpression: No key attribute specified")
	}
	if _, twice := tests[attribute]; twice {
		return validation.Errorf("KeyConditionExpressions must only contain one condition per key")
	}
	tests[attribute] = test
	return nil
}

// singleRange is for a hash attribute and at most one range attribute.
func singleRange(tests map[string]keyTest, key item.Schema) (*KeyRange, error) {
	if len(tests) > 2 {
		return nil, validation.Errorf("Conditions can be of length 1 or 2 only")
	}
	if len(tests) > 1 && len(key.Range) == 0 {
		return nil, keyNotSupported()
	}
	first, err := keyTestOf(tests, key, key.Hash[0])
	if err != nil {
		return nil, err
	}
	r := &KeyRange{Hash: first.values}
	if len(tests) == 1 {
		return r, nil
	}
	second, err := keyTestOf(tests, key, key.Range[0])
	if err != nil {
		return nil, err
	}
	r.names, r.tests = []string{key.Range[0].Name}, []keyTest{second}
	return r, nil
}

// keyTestOf returns the condition on an attribute that must have one.
func keyTestOf(tests map[string]keyTest, key item.Schema, a item.KeyAttribute) (keyTest, error) {
	test, ok := tests[a.Name]
	if !ok {
		return test, missingKey(a.Name)
	}
	return test, test.check(key, a)
}

// missingKey names the attribute, as the service does; DynamoDB Local does not.
func missingKey(name string) error {
	return validation.Errorf("Query condition missed key schema element: %s", name)
}

func keyNotSupported() error { return validation.Errorf("Query key condition not supported") }

// multiRange is for global indexes with several hash or range attributes.
func multiRange(tests map[string]keyTest, key item.Schema) (*KeyRange, error) {
	var missing []string
	for _, a := range key.Hash {
		if tests[a.Name].operator != "=" {
			missing = append(missing, a.Name)
		}
	}
	if len(missing) > 0 {
		return nil, validation.Errorf("HASH key attributes %s must have equality conditions specified in the query", strings.Join(missing, ", "))
	}
	if len(tests) > len(key.Hash)+len(key.Range) {
		return nil, keyNotSupported()
	}
	r := &KeyRange{}
	for _, a := range key.Hash {
		if err := tests[a.Name].check(key, a); err != nil {
			return nil, err
		}
		r.Hash = append(r.Hash, tests[a.Name].values...)
	}
	used := len(key.Hash)
	for i, a := range key.Range {
		test, ok := tests[a.Name]
		if !ok {
			continue
		}
		used++
		if err := leading(tests, key.Range[:i], a.Name); err != nil {
			return nil, err
		}
		if err := test.check(key, a); err != nil {
			return nil, err
		}
		r.names, r.tests = append(r.names, a.Name), append(r.tests, test)
	}
	if used < len(tests) {
		return nil, missingKey(stranger(tests, key))
	}
	return r, nil
}

// leading wants equality on all range attributes before one with a condition.
func leading(tests map[string]keyTest, before []item.KeyAttribute, name string) error {
	var missing []string
	for _, a := range before {
		if tests[a.Name].operator != "=" {
			missing = append(missing, a.Name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return validation.Errorf("RANGE key attributes %s must have equality conditions specified in the query because a condition is present on key attribute %s",
		strings.Join(missing, ", "), name)
}

// stranger returns the first range attribute without a condition: one of the
// conditions is on an attribute that is not part of the key.
func stranger(tests map[string]keyTest, key item.Schema) string {
	i := slices.IndexFunc(key.Range, func(a item.KeyAttribute) bool {
		_, ok := tests[a.Name]
		return !ok
	})
	return key.Range[i].Name
}

// check checks the operator and the values for a key attribute.
func (t keyTest) check(key item.Schema, a item.KeyAttribute) error {
	switch t.operator {
	case "=", "<", "<=", ">", ">=", "BETWEEN", beginsWith.String():
	default:
		return validation.Errorf("Attempted conditional constraint is not an indexable operation")
	}
	for _, v := range t.values {
		if item.KindOf(v) != a.Kind {
			return validation.Errorf("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
	}
	if t.operator != "=" && slices.Contains(key.Hash, a) {
		return keyNotSupported()
	}
	for _, v := range t.values {
		if err := key.CheckValue(a.Name, v); err != nil {
			return err
		}
	}
	return nil
}

// Low returns the least values that the first range attributes of the range can
// have, none if there is no bound. Behind it [KeyRange.Place] decides.
func (r *KeyRange) Low() []types.AttributeValue {
	return r.bound(func(t keyTest) types.AttributeValue {
		switch t.operator {
		case "<", "<=":
			return nil
		}
		return t.values[0]
	})
}

// High is as Low the greatest ones.
func (r *KeyRange) High() []types.AttributeValue {
	return r.bound(func(t keyTest) types.AttributeValue {
		switch t.operator {
		case ">", ">=", beginsWith.String():
			return nil
		case "BETWEEN":
			return t.values[1]
		}
		return t.values[0]
	})
}

func (r *KeyRange) bound(of func(keyTest) types.AttributeValue) []types.AttributeValue {
	var values []types.AttributeValue
	for _, test := range r.tests {
		v := of(test)
		if v == nil {
			break
		}
		values = append(values, v)
	}
	return values
}

// Place tells where an item of the partition lies: -1 before the range, 0 in
// it, 1 behind it. Along the order of the range attributes it never decreases,
// so the range can be found by bisection.
func (r *KeyRange) Place(it item.Item) int {
	for i, test := range r.tests {
		if p := test.place(it[r.names[i]]); p != 0 {
			return p
		}
	}
	return 0
}

func (t keyTest) place(v types.AttributeValue) int {
	order, _ := item.Compare(v, t.values[0])
	switch t.operator {
	case "=":
		return order
	case "<":
		return boolToInt(order >= 0)
	case "<=":
		return boolToInt(order > 0)
	case ">":
		return -boolToInt(order <= 0)
	case ">=":
		return -boolToInt(order < 0)
	case "BETWEEN":
		if order < 0 {
			return -1
		}
		order, _ = item.Compare(v, t.values[1])
		return boolToInt(order > 0)
	}
	if hasPrefix(v, t.values[0]) {
		return 0
	}
	return order
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
