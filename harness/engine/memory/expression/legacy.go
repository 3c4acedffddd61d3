package expression

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// This file and its sisters turn the parameters of before 2014 into the trees of
// expressions. Of several mistakes the first by attribute is reported.

func (c *Compiled) addLegacy(r *Request) (err error) {
	if err := checkConditionalOperator(r); err != nil {
		return err
	}
	if len(r.AttributesToGet) > 0 {
		if c.Projection, err = attributesToGet(r.AttributesToGet); err != nil {
			return err
		}
	}
	if len(r.AttributeUpdates) > 0 {
		if c.Update, err = attributeUpdates(r.AttributeUpdates); err != nil {
			return err
		}
	}
	if len(r.Expected) > 0 {
		if c.Condition, err = expected(r.Expected, r.ConditionalOperator); err != nil {
			return err
		}
	}
	if r.KeyConditions != nil {
		if c.Key, err = keyConditions(r.KeyConditions); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		parameter  string
		conditions map[string]types.Condition
	}{{"QueryFilter", r.QueryFilter}, {"ScanFilter", r.ScanFilter}} {
		if len(f.conditions) == 0 {
			continue
		}
		if c.Filter, err = filter(f.parameter, f.conditions, r.ConditionalOperator); err != nil {
			return err
		}
	}
	return nil
}

func checkConditionalOperator(r *Request) error {
	switch n := max(len(r.Expected), len(r.QueryFilter), len(r.ScanFilter)); {
	case r.ConditionalOperator == "":
		return nil
	case n == 0:
		return validation.Errorf("ConditionalOperator cannot be used without Filter or Expected")
	case n == 1:
		return validation.Errorf("ConditionalOperator can only be used when Filter or Expected has two or more elements")
	case r.ConditionalOperator != types.ConditionalOperatorAnd && r.ConditionalOperator != types.ConditionalOperatorOr:
		return constraint("'"+string(r.ConditionalOperator)+"'", "conditionalOperator", "Member must satisfy enum value set: [OR, AND]")
	}
	return nil
}

// constraint is the service's answer to a parameter that its model forbids.
// DynamoDB Local has other words for each, or fails.
func constraint(value, at, what string) error {
	return validation.Errorf("1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", value, at, what)
}

// joined makes one condition of several.
func joined(terms []condition, operator types.ConditionalOperator) *Condition {
	b := &Condition{}
	for _, term := range terms {
		b.paths = append(b.paths, attributeOf(term))
	}
	switch {
	case len(terms) == 1:
		b.root = terms[0]
	case operator == types.ConditionalOperatorOr:
		b.root = &or{terms: terms}
	default:
		b.root = &and{terms: terms}
	}
	return b
}

// attributeOf returns the attribute that a legacy condition is about.
func attributeOf(c condition) *path {
	switch c := c.(type) {
	case *comparison:
		return c.left.(*path)
	case *between:
		return c.x.(*path)
	case *in:
		return c.x.(*path)
	case *and:
		return attributeOf(c.terms[0])
	}
	return c.(*call).args[0].(*path)
}

func filter(parameter string, conditions map[string]types.Condition, operator types.ConditionalOperator) (*Condition, error) {
	var terms []condition
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		values, err := checkConditionOf(parameter, name, conditions[name])
		if err != nil {
			return nil, err
		}
		terms = append(terms, legacyCondition(name, conditions[name].ComparisonOperator, values))
	}
	c := joined(terms, operator)
	c.parameter = parameter
	return c, nil
}

// checkConditionOf checks a member of KeyConditions, QueryFilter or ScanFilter.
func checkConditionOf(parameter, name string, c types.Condition) ([]types.AttributeValue, error) {
	if name == "" {
		return nil, validation.Errorf("Empty attribute name")
	}
	if err := checkOperator(parameter, name, c.ComparisonOperator); err != nil {
		return nil, err
	}
	values, err := normalValues(c.AttributeValueList)
	if err != nil {
		return nil, err
	}
	return values, checkOperands(c.ComparisonOperator, values)
}

func checkOperator(parameter, name string, operator types.ComparisonOperator) error {
	at := strings.ToLower(parameter[:1]) + parameter[1:] + "." + name + ".member.comparisonOperator"
	switch {
	case operator == "":
		return constraint("null", at, "Member must not be null")
	case !slices.Contains(operator.Values(), operator):
		return constraint("'"+string(operator)+"'", at, "Member must satisfy enum value set: "+
			"[IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]")
	}
	return nil
}

func normalValues(values []types.AttributeValue) ([]types.AttributeValue, error) {
	out := make([]types.AttributeValue, len(values))
	for i, v := range values {
		var err error
		if out[i], err = item.NormalValue(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkOperands checks how many values an operator has, and of which kinds.
func checkOperands(operator types.ComparisonOperator, values []types.AttributeValue) error {
	least, most := 1, 1
	switch operator {
	case types.ComparisonOperatorNull, types.ComparisonOperatorNotNull:
		least, most = 0, 0
	case types.ComparisonOperatorIn:
		most = len(values)
	case types.ComparisonOperatorBetween:
		least, most = 2, 2
	}
	if len(values) < least || len(values) > most {
		return validation.Errorf("One or more parameter values were invalid: Invalid number of argument(s) for the %s ComparisonOperator", operator)
	}
	for _, v := range values {
		if k := item.KindOf(v); k != item.KindOf(values[0]) {
			return validation.Errorf("One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type")
		}
	}
	for _, v := range values {
		if k := item.KindOf(v); !allowedLegacy(operator, k) {
			return validation.Errorf("One or more parameter values were invalid: ComparisonOperator %s is not valid for %s AttributeValue type", operator, k)
		}
	}
	if operator == types.ComparisonOperatorBetween {
		if order, _ := item.Compare(values[0], values[1]); order > 0 {
			return validation.Errorf("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
		}
	}
	return nil
}

func allowedLegacy(operator types.ComparisonOperator, k item.Kind) bool {
	switch operator {
	case types.ComparisonOperatorEq, types.ComparisonOperatorNe:
		return true
	case types.ComparisonOperatorContains, types.ComparisonOperatorNotContains:
		return k.Ordered() || k == item.BOOL || k == item.NULL
	case types.ComparisonOperatorBeginsWith:
		return k == item.S || k == item.B
	}
	return k.Ordered()
}

// legacyCondition makes the condition that an operator with its values means.
func legacyCondition(name string, operator types.ComparisonOperator, values []types.AttributeValue) condition {
	x := attribute(name)
	operands := []operand{x}
	for _, v := range values {
		operands = append(operands, &literal{v: v})
	}
	switch operator {
	case types.ComparisonOperatorNotNull:
		return &call{function: attributeExists, args: operands}
	case types.ComparisonOperatorNull:
		return &call{function: attributeNotExists, args: operands}
	case types.ComparisonOperatorContains:
		return &call{function: contains, args: operands}
	case types.ComparisonOperatorNotContains: // of something that is there
		return &and{terms: []condition{
			&call{function: attributeExists, args: operands[:1]},
			&not{term: &call{function: contains, args: operands}},
		}}
	case types.ComparisonOperatorBeginsWith:
		return &call{function: beginsWith, args: operands}
	case types.ComparisonOperatorIn:
		return &in{x: x, list: operands[1:]}
	case types.ComparisonOperatorBetween:
		return &between{x: x, low: operands[1], high: operands[2]}
	}
	return &comparison{operator: legacyOperator(operator), left: x, right: operands[1]}
}

// legacyOperator returns the operator of expressions with the same meaning.
func legacyOperator(operator types.ComparisonOperator) string {
	switch operator {
	case types.ComparisonOperatorEq:
		return "="
	case types.ComparisonOperatorNe:
		return "<>"
	case types.ComparisonOperatorLe:
		return "<="
	case types.ComparisonOperatorLt:
		return "<"
	case types.ComparisonOperatorGe:
		return ">="
	case types.ComparisonOperatorGt:
		return ">"
	case types.ComparisonOperatorBeginsWith:
		return beginsWith.String()
	}
	return string(operator) // BETWEEN, and what keys do not have
}

func keyConditions(conditions map[string]types.Condition) (*KeyCondition, error) {
	if len(conditions) == 0 {
		return nil, validation.Errorf("Conditions must be at least length 1")
	}
	k := &KeyCondition{tests: map[string]keyTest{}}
	for _, name := range slices.Sorted(maps.Keys(conditions)) {
		values, err := checkConditionOf("KeyConditions", name, conditions[name])
		if err != nil {
			return nil, err
		}
		k.tests[name] = keyTest{operator: legacyOperator(conditions[name].ComparisonOperator), values: values}
	}
	return k, nil
}

func attributesToGet(names []string) (*Projection, error) {
	var paths []*path
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" {
			return nil, validation.Errorf("Empty attribute name")
		}
		if seen[name] {
			return nil, validation.Errorf("One or more parameter values were invalid: Duplicate value in attribute name: %s", name)
		}
		seen[name] = true
		paths = append(paths, attribute(name))
	}
	return (&binder{}).projection(paths)
}
