package mutations_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// updated applies "SET #a.#b = :v, … REMOVE #c, …" to a copy of the item.
func (r *recorder) updated(in *dynamodb.UpdateItemInput) (model.Item, error) {
	item := clone(r.items[keyOf(in.Key)])
	set, remove, _ := strings.Cut(aws.ToString(in.UpdateExpression), "REMOVE ")
	set, hasSet := strings.CutPrefix(strings.TrimSpace(set), "SET ")
	if hasSet {
		for assignment := range strings.SplitSeq(set, ", ") {
			path, value, ok := strings.Cut(assignment, " = ")
			if !ok || in.ExpressionAttributeValues[value] == nil {
				return nil, fmt.Errorf("recorder: assignment %q", assignment)
			}
			name := resolve(path, in.ExpressionAttributeNames)
			r.log = append(r.log, "  set "+name+": "+render(in.ExpressionAttributeValues[value]))
			parent, leaf, err := parentOf(item, name)
			if err != nil {
				return nil, err
			}
			parent[leaf] = in.ExpressionAttributeValues[value]
		}
	}
	for path := range strings.SplitSeq(remove, ", ") {
		if path == "" {
			continue
		}
		name := resolve(path, in.ExpressionAttributeNames)
		r.log = append(r.log, "  remove "+name)
		parent, leaf, err := parentOf(item, name)
		if err != nil {
			return nil, err
		}
		delete(parent, leaf)
	}
	return item, nil
}

// parentOf finds the map that a path's last name is in; as in DynamoDB it must
// exist.
func parentOf(item model.Item, path string) (model.Item, string, error) {
	parts := strings.Split(path, ".")
	for _, part := range parts[:len(parts)-1] {
		m, ok := item[part].(*types.AttributeValueMemberM)
		if !ok {
			return nil, "", fmt.Errorf("ValidationException: the document path %s is invalid for update", path)
		}
		item = m.Value
	}
	return item, parts[len(parts)-1], nil
}

// resolve replaces placeholders by names.
func resolve(path string, names map[string]string) string {
	parts := strings.Split(strings.TrimSpace(path), ".")
	for i, part := range parts {
		if name := names[part]; name != "" {
			parts[i] = name
		}
	}
	return strings.Join(parts, ".")
}

func lookup(item model.Item, path string) types.AttributeValue {
	parent, leaf, err := parentOf(item, path)
	if err != nil {
		return nil
	}
	return parent[leaf]
}

func clone(item model.Item) model.Item {
	out := model.Item{}
	for name, v := range item {
		if m, ok := v.(*types.AttributeValueMemberM); ok {
			v = &types.AttributeValueMemberM{Value: clone(m.Value)}
		}
		out[name] = v
	}
	return out
}

// render writes a value on one line, texts bare: {status=SAFE where=a b}.
func render(v any) string {
	switch v := v.(type) {
	case model.Item:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, name+"="+render(v[name]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case *types.AttributeValueMemberM:
		return render(v.Value)
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return "N:" + v.Value
	case *types.AttributeValueMemberL:
		var parts []string
		for _, member := range v.Value {
			parts = append(parts, render(member))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case nil:
		return "absent"
	default:
		return fmt.Sprintf("%T", v)
	}
}

func keyOf(item model.Item) string {
	if item == nil {
		return ""
	}
	return textOf(item["pk"]) + " " + textOf(item["sk"])
}

func textOf(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
