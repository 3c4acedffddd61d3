package expression

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// attributeUpdates makes the update of AttributeUpdates.
func attributeUpdates(updates map[string]types.AttributeValueUpdate) (*Update, error) {
	u := &Update{legacy: true}
	var paths []*path
	for _, name := range slices.Sorted(maps.Keys(updates)) {
		if name == "" {
			return nil, validation.Errorf("Empty attribute name")
		}
		a, err := legacyAction(name, updates[name])
		if err != nil {
			return nil, err
		}
		u.actions, paths = append(u.actions, a), append(paths, a.path)
	}
	var err error
	u.trie, err = (&binder{}).trie(paths)
	return u, err
}

func legacyAction(name string, u types.AttributeValueUpdate) (action, error) {
	a := action{path: attribute(name)}
	if u.Value == nil {
		if u.Action != types.AttributeActionDelete {
			return a, validation.Errorf("One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is specified")
		}
		a.verb = remove
		return a, nil
	}
	v, err := item.NormalValue(u.Value)
	if err != nil {
		return a, err
	}
	a.operand = &literal{v: v}
	switch k := item.KindOf(v); u.Action {
	case "", types.AttributeActionPut:
		a.verb = set
	case types.AttributeActionAdd:
		a.verb = add
		if k != item.N && k != item.L && !k.Set() {
			err = validation.Errorf("One or more parameter values were invalid: ADD action is not supported for the type %s", k.Name())
		}
	case types.AttributeActionDelete:
		a.verb = del
		if !k.Set() {
			err = validation.Errorf("One or more parameter values were invalid: DELETE action with value is not supported for the type %s", k.Name())
		}
	default:
		err = constraint("'"+string(u.Action)+"'", "attributeUpdates."+name+".member.action", "Member must satisfy enum value set: [ADD, DELETE, PUT]")
	}
	return a, err
}
