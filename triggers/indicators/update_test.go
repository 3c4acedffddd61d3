package indicators_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// update evaluates the expressions of an UpdateItem: conditions of the forms
// attribute_exists(p), attribute_not_exists(p) and p = :v joined with AND, and the
// clauses SET p = :v and REMOVE p. Anything else is an error.
type update struct {
	in   *dynamodb.UpdateItemInput
	item model.Item
}

func (u update) holds() (bool, error) {
	if err := u.used(); err != nil {
		return false, err
	}
	for _, term := range strings.Split(*u.in.ConditionExpression, " AND ") {
		var ok bool
		if path, found := cutCall(term, "attribute_exists"); found {
			ok = u.at(path) != nil
		} else if path, found := cutCall(term, "attribute_not_exists"); found {
			ok = u.at(path) == nil
		} else if path, value, found := strings.Cut(term, " = "); found {
			ok = model.Equal(u.at(path), u.in.ExpressionAttributeValues[value])
		} else {
			return false, fmt.Errorf("ValidationException: condition %q", term)
		}
		if !ok {
			return false, nil
		}
	}
	return true, nil
}

// used refuses placeholders that no expression uses, as DynamoDB does.
func (u update) used() error {
	words := strings.FieldsFunc(*u.in.ConditionExpression+" "+*u.in.UpdateExpression, func(r rune) bool { return strings.ContainsRune(" ,.()", r) })
	for _, placeholder := range slices.Concat(slices.Collect(maps.Keys(u.in.ExpressionAttributeNames)), slices.Collect(maps.Keys(u.in.ExpressionAttributeValues))) {
		if !slices.Contains(words, placeholder) {
			return fmt.Errorf("ValidationException: %s unused in expressions", placeholder)
		}
	}
	return nil
}

func (u update) apply() error {
	set, remove, _ := strings.Cut(strings.TrimPrefix(*u.in.UpdateExpression, "SET "), "REMOVE ")
	for _, assignment := range list(set) {
		path, value, _ := strings.Cut(assignment, " = ")
		v, known := u.in.ExpressionAttributeValues[value]
		if !known {
			return fmt.Errorf("ValidationException: value %q", value)
		}
		if err := u.assign(path, v); err != nil {
			return err
		}
	}
	for _, path := range list(remove) {
		if err := u.assign(path, nil); err != nil {
			return err
		}
	}
	return nil
}

// assign sets or, with nil, removes what is at a path. The map above it must exist.
func (u update) assign(path string, v types.AttributeValue) error {
	parents, last := "", path
	if i := strings.LastIndex(path, "."); i >= 0 {
		parents, last = path[:i], path[i+1:]
	}
	target := u.item
	if parents != "" {
		m, ok := u.at(parents).(*types.AttributeValueMemberM)
		if !ok {
			return fmt.Errorf("ValidationException: The document path provided in the update expression is invalid for update: %s", path)
		}
		target = m.Value
	}
	if v == nil {
		delete(target, u.in.ExpressionAttributeNames[last])
	} else {
		target[u.in.ExpressionAttributeNames[last]] = v
	}
	return nil
}

func (u update) at(path string) types.AttributeValue {
	var v types.AttributeValue = &types.AttributeValueMemberM{Value: u.item}
	for _, name := range strings.Split(path, ".") {
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok {
			return nil
		}
		v = m.Value[u.in.ExpressionAttributeNames[name]]
	}
	return v
}

func cutCall(term, function string) (argument string, found bool) {
	rest, found := strings.CutPrefix(term, function+"(")
	return strings.TrimSuffix(rest, ")"), found
}

func list(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return strings.Split(strings.TrimSpace(text), ", ")
}

func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// cloneItem copies an item; nil, no item, stays nil.
func cloneItem(item model.Item) model.Item {
	if item == nil {
		return nil
	}
	clone := make(model.Item, len(item))
	for name, v := range item {
		if m, ok := v.(*types.AttributeValueMemberM); ok {
			v = &types.AttributeValueMemberM{Value: cloneItem(m.Value)}
		}
		clone[name] = v
	}
	return clone
}

// record is a record of the stream as Lambda hands it over.
func record(event string, key model.Key, before, after model.Item) events.DynamoDBEventRecord {
	return events.DynamoDBEventRecord{
		EventName: event,
		Change: events.DynamoDBStreamRecord{
			Keys: image(key.Item()), OldImage: image(before), NewImage: image(after),
			SequenceNumber: "000000000000000000042", StreamViewType: "NEW_AND_OLD_IMAGES",
		},
	}
}

func image(item model.Item) map[string]events.DynamoDBAttributeValue {
	if item == nil {
		return nil
	}
	converted := make(map[string]events.DynamoDBAttributeValue, len(item))
	for name, v := range item {
		converted[name] = attribute(v)
	}
	return converted
}

func attribute(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(image(v.Value))
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute()
	}
	panic(fmt.Sprintf("no event value for %T", v))
}
