package expression

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// expected makes the condition of Expected.
func expected(attributes map[string]types.ExpectedAttributeValue, operator types.ConditionalOperator) (*Condition, error) {
	var terms []condition
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if name == "" {
			return nil, validation.Errorf("Empty attribute name")
		}
		term, err := expectation(name, attributes[name])
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
	}
	return joined(terms, operator), nil
}

func expectation(name string, e types.ExpectedAttributeValue) (condition, error) {
	invalid := func(format string, args ...any) (condition, error) {
		return nil, validation.Errorf("One or more parameter values were invalid: "+format+" for Attribute: "+name, args...)
	}
	switch {
	case e.Value != nil && e.AttributeValueList != nil:
		return invalid("Value and AttributeValueList cannot be used together")
	case e.ComparisonOperator != "" && e.Exists != nil:
		return invalid("Exists and ComparisonOperator cannot be used together")
	case e.ComparisonOperator != "":
		return compared(name, e)
	case e.AttributeValueList != nil:
		return invalid("AttributeValueList can only be used with a ComparisonOperator")
	case aws.ToBool(e.Exists) && e.Value == nil:
		return invalid("Value must be provided when Exists is true")
	case e.Exists == nil && e.Value == nil:
		return invalid("Value must be provided when Exists is null")
	case e.Exists != nil && !*e.Exists && e.Value != nil:
		return invalid("Value cannot be used when Exists is false")
	case e.Value == nil:
		return legacyCondition(name, types.ComparisonOperatorNull, nil), nil
	}
	values, err := normalValues([]types.AttributeValue{e.Value})
	if err != nil {
		return nil, err
	}
	return legacyCondition(name, types.ComparisonOperatorEq, values), nil
}

// compared is an expectation with a ComparisonOperator.
func compared(name string, e types.ExpectedAttributeValue) (condition, error) {
	if err := checkOperator("Expected", name, e.ComparisonOperator); err != nil {
		return nil, err
	}
	list := e.AttributeValueList
	if e.Value != nil {
		list = []types.AttributeValue{e.Value}
	}
	exists := e.ComparisonOperator == types.ComparisonOperatorNull || e.ComparisonOperator == types.ComparisonOperatorNotNull
	if list == nil && !exists {
		return nil, validation.Errorf("One or more parameter values were invalid: Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %s", e.ComparisonOperator, name)
	}
	values, err := normalValues(list)
	if err != nil {
		return nil, err
	}
	if err := checkOperands(e.ComparisonOperator, values); err != nil {
		return nil, err
	}
	return legacyCondition(name, e.ComparisonOperator, values), nil
}
