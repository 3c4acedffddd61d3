package expression_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// legacyTrial draws a request with the parameters of before 2014. Only one
// attribute is wrong at a time: with several DynamoDB Local reports any.
func (g generator) legacyTrial() trial {
	switch g.below(4) {
	case 0:
		it := g.item()
		r := expression.Request{Operation: "PutItem", Expected: map[string]types.ExpectedAttributeValue{}}
		for _, name := range g.attributes() {
			r.Expected[name] = g.expected()
		}
		r.ConditionalOperator = g.operator(len(r.Expected))
		return trial{table: tables()["single"], items: []item.Item{it}, put: it, request: r}
	case 1:
		it := g.item()
		r := expression.Request{Operation: "UpdateItem", AttributeUpdates: map[string]types.AttributeValueUpdate{}}
		for _, name := range g.attributes()[:1] {
			r.AttributeUpdates[name] = g.attributeUpdate()
		}
		return trial{table: tables()["single"], items: []item.Item{it}, put: it, request: r}
	case 2:
		it := g.item()
		r := expression.Request{Operation: "GetItem", AttributesToGet: g.attributes()}
		return trial{table: tables()["single"], items: []item.Item{it}, put: it, request: r}
	}
	return g.legacyQuery()
}

func (g generator) attributes() []string {
	return some(g, []string{"a", "b", "c", "l", "m", "s", "zz", "m.a"})
}

func (g generator) operator(conditions int) types.ConditionalOperator {
	if conditions < 2 || g.chance(50) {
		return ""
	}
	return types.ConditionalOperator(g.pick("AND", "OR"))
}

// comparison draws an operator with values that it takes, mostly.
func (g generator) comparison() (types.ComparisonOperator, []types.AttributeValue) {
	operator := pickOf(g, types.ComparisonOperator("").Values()...)
	switch operator {
	case types.ComparisonOperatorNull, types.ComparisonOperatorNotNull:
		return operator, nil
	case types.ComparisonOperatorBeginsWith:
		return operator, []types.AttributeValue{str(g.pick("", "x", "xy"))}
	case types.ComparisonOperatorBetween:
		if g.chance(50) {
			return operator, []types.AttributeValue{num("0"), g.number()}
		}
		return operator, []types.AttributeValue{str("a"), str(g.pick("", "x", "y"))}
	case types.ComparisonOperatorIn:
		return operator, []types.AttributeValue{num("1"), g.number(), g.number()}
	case types.ComparisonOperatorEq, types.ComparisonOperatorNe:
		return operator, []types.AttributeValue{g.value(2)}
	}
	if g.chance(50) {
		return operator, []types.AttributeValue{g.number()}
	}
	return operator, []types.AttributeValue{str(g.pick("", "x", "xy"))}
}

func (g generator) expected() types.ExpectedAttributeValue {
	switch g.times(0, 3) {
	case 0:
		return types.ExpectedAttributeValue{Value: g.value(2)}
	case 1:
		return types.ExpectedAttributeValue{Exists: aws.Bool(false)}
	}
	operator, values := g.comparison()
	return types.ExpectedAttributeValue{ComparisonOperator: operator, AttributeValueList: values}
}

func (g generator) attributeUpdate() types.AttributeValueUpdate {
	switch g.times(0, 3) {
	case 0:
		return types.AttributeValueUpdate{Action: types.AttributeActionPut, Value: g.value(2)}
	case 1:
		return types.AttributeValueUpdate{Action: types.AttributeActionDelete}
	case 2:
		return types.AttributeValueUpdate{Action: types.AttributeActionDelete, Value: pickOf(g, g.set(), g.value(1))}
	}
	return types.AttributeValueUpdate{Action: types.AttributeActionAdd, Value: pickOf(g, g.set(), g.number(), g.list(1), g.value(1))}
}

// legacyQuery draws KeyConditions with a filter or without.
func (g generator) legacyQuery() trial {
	t := g.queryTrial()
	t.request = expression.Request{Operation: "Query", KeyConditions: map[string]types.Condition{
		"pk": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("k")}},
	}}
	low, high := g.times(0, len(t.items)-1), g.times(0, len(t.items)-1)
	switch g.times(0, 3) {
	case 0:
		t.request.KeyConditions["sk"] = types.Condition{ComparisonOperator: types.ComparisonOperatorBetween,
			AttributeValueList: []types.AttributeValue{t.items[min(low, high)]["sk"], t.items[max(low, high)]["sk"]}}
	case 1, 2:
		operator := types.ComparisonOperator(g.pick("EQ", "LT", "LE", "GT", "GE"))
		t.request.KeyConditions["sk"] = types.Condition{ComparisonOperator: operator, AttributeValueList: []types.AttributeValue{t.items[low]["sk"]}}
	}
	if g.chance(60) {
		t.request.QueryFilter = map[string]types.Condition{}
		for _, name := range g.attributes() {
			operator, values := g.comparison()
			t.request.QueryFilter[name] = types.Condition{ComparisonOperator: operator, AttributeValueList: values}
		}
		t.request.ConditionalOperator = g.operator(len(t.request.QueryFilter))
	}
	return t
}
