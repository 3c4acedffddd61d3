package indicators

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// indicatorsMap is the attribute of the finding that holds the indicators.
const indicatorsMap = "unreliable_indicators"

// difference is an indicator whose stored value is not the computed one.
type difference struct {
	name  string
	value types.AttributeValue // nil = to be removed
}

// compare returns what is to be written, sorted by name. Attributes that are no
// indicator of ours are left alone. A stored NULL or empty string is not what we
// would write for "absent", so it is removed.
func compare(stored, computed model.Item) []difference {
	var differences []difference
	for _, i := range registry() {
		if !model.Equal(stored[i.name], computed[i.name]) {
			differences = append(differences, difference{i.name, computed[i.name]})
		}
	}
	slices.SortFunc(differences, func(a, b difference) int { return strings.Compare(a.name, b.name) })
	return differences
}

// write sets and removes exactly the differences, on condition that the finding
// exists and that everything the computation used of it is as it was read. It
// returns the finding as it is then.
//
// The expression is the same text for the same differences: a trace shows it.
func (t *Trigger) write(ctx context.Context, s *state, differences []difference) (model.Item, error) {
	key, err := model.KeyOf(s.item)
	if err != nil {
		return nil, err
	}
	e := newExpression()
	condition := []string{
		// Without this an update creates the item it does not find.
		"attribute_exists(" + e.name("pk") + ")",
		e.unchanged(s.item[indicatorsMap], "read", indicatorsMap),
		e.unchanged(s.item["severity_score"], "severity_score", "severity_score"),
		e.unchanged(stateStatus(s.item), "state_status", "state", "status"),
	}
	// One or the other: a placeholder that no expression uses is refused.
	change := e.update
	if s.snapshot.Finding.Indicators == nil {
		change = e.create
	}
	update := change(differences)
	out, err := t.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &t.table,
		Key:                       key.Item(),
		UpdateExpression:          &update,
		ConditionExpression:       aws.String(strings.Join(condition, " AND ")),
		ExpressionAttributeNames:  e.names,
		ExpressionAttributeValues: e.values,
		ReturnValues:              types.ReturnValueAllNew, // a reading that costs no call
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

// expression collects the placeholders of an update. Each is named after what it
// stands for: #state for state, :where for the new value of where.
type expression struct {
	names  map[string]string
	values model.Item
}

func newExpression() *expression {
	return &expression{names: map[string]string{}, values: model.Item{}}
}

func (e *expression) name(attribute string) string {
	e.names["#"+attribute] = attribute
	return "#" + attribute
}

func (e *expression) path(attributes ...string) string {
	placeholders := make([]string, len(attributes))
	for i, attribute := range attributes {
		placeholders[i] = e.name(attribute)
	}
	return strings.Join(placeholders, ".")
}

func (e *expression) value(name string, v types.AttributeValue) string {
	e.values[":"+name] = v
	return ":" + name
}

// unchanged is the condition that a path still holds what was read there.
func (e *expression) unchanged(read types.AttributeValue, placeholder string, path ...string) string {
	if read == nil {
		return "attribute_not_exists(" + e.path(path...) + ")"
	}
	return e.path(path...) + " = " + e.value(placeholder, read)
}

// update changes the existing map.
func (e *expression) update(differences []difference) string {
	var set, remove []string
	for _, d := range differences {
		path := e.path(indicatorsMap, d.name)
		if d.value == nil {
			remove = append(remove, path)
		} else {
			set = append(set, path+" = "+e.value(d.name, d.value))
		}
	}
	var clauses []string
	if len(set) > 0 {
		clauses = append(clauses, "SET "+strings.Join(set, ", "))
	}
	if len(remove) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(remove, ", "))
	}
	return strings.Join(clauses, " ")
}

// create writes the map whole: a path below an absent map is a ValidationException.
func (e *expression) create(differences []difference) string {
	whole := model.Item{}
	for _, d := range differences {
		if d.value != nil {
			whole[d.name] = d.value
		}
	}
	return "SET " + e.path(indicatorsMap) + " = " + e.value(indicatorsMap, &types.AttributeValueMemberM{Value: whole})
}
