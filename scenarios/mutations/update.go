package mutations

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// update is one conditional UpdateItem in the making. Paths are dotted; every
// name and value goes through a placeholder, numbered in order of use, so that
// equal changes are equal requests.
type update struct {
	key        model.Item
	sets       []string
	removes    []string
	conditions []string
	names      map[string]string
	numbers    map[string]string // name → placeholder
	values     model.Item
}

// newUpdate updates the item with the primary key of item, if it still exists.
func newUpdate(item model.Item) *update {
	return &update{
		key:        model.Item{"pk": item["pk"], "sk": item["sk"]},
		conditions: []string{"attribute_exists(pk)"},
		names:      map[string]string{},
		numbers:    map[string]string{},
		values:     model.Item{},
	}
}

func (u *update) set(path string, v types.AttributeValue) {
	u.sets = append(u.sets, u.path(path)+" = "+u.value(v))
}

func (u *update) setText(path, v string) { u.set(path, &types.AttributeValueMemberS{Value: v}) }

func (u *update) setMap(path string, m model.Item) {
	u.set(path, &types.AttributeValueMemberM{Value: m})
}

func (u *update) remove(path string) { u.removes = append(u.removes, u.path(path)) }

// ifUnchanged adds the optimistic lock of an entry: it still has the date that
// was read, or it still does not exist.
func (u *update) ifUnchanged(item model.Item, entry string) {
	if m, ok := item[entry].(*types.AttributeValueMemberM); ok {
		if date := m.Value["modified_date"]; date != nil {
			u.conditions = append(u.conditions, u.path(entry+".modified_date")+" = "+u.value(date))
			return
		}
	}
	u.conditions = append(u.conditions, "attribute_not_exists("+u.path(entry+".modified_date")+")")
}

// run makes the call.
func (u *update) run(ctx context.Context, w harness.Writer) error {
	clauses := make([]string, 0, 2)
	if len(u.sets) > 0 {
		clauses = append(clauses, "SET "+strings.Join(u.sets, ", "))
	}
	if len(u.removes) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(u.removes, ", "))
	}
	_, err := w.DB.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String(w.Table),
		Key:                       u.key,
		UpdateExpression:          aws.String(strings.Join(clauses, " ")),
		ConditionExpression:       aws.String(strings.Join(u.conditions, " AND ")),
		ExpressionAttributeNames:  u.names,
		ExpressionAttributeValues: u.values,
	})
	return worded("update", u.key, err)
}

func (u *update) path(dotted string) string {
	parts := strings.Split(dotted, ".")
	for i, part := range parts {
		if u.numbers[part] == "" {
			u.numbers[part] = fmt.Sprintf("#n%d", len(u.numbers))
			u.names[u.numbers[part]] = part
		}
		parts[i] = u.numbers[part]
	}
	return strings.Join(parts, ".")
}

func (u *update) value(v types.AttributeValue) string {
	name := fmt.Sprintf(":v%d", len(u.values))
	u.values[name] = v
	return name
}

// worded gives an error of a write its key, and a failed condition words.
func worded(op string, key model.Item, err error) error {
	if err == nil {
		return nil
	}
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return fmt.Errorf("%s %s: another writer was there since it was read: %w", op, keyText(key), err)
	}
	return fmt.Errorf("%s %s: %w", op, keyText(key), err)
}

func keyText(item model.Item) string {
	var parts []string
	for _, name := range []string{"pk", "sk"} {
		if s, ok := item[name].(*types.AttributeValueMemberS); ok {
			parts = append(parts, s.Value)
		}
	}
	return strings.Join(parts, " ")
}
