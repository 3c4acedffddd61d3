package testevent

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// Item is an item of the table as the SDK has it.
type Item = map[string]types.AttributeValue

// Change is one write to the table: the item before and after it. A nil image
// means that there was, or is, no item.
type Change struct {
	Before, After Item
	// Expired marks a removal by the service, because the item's time to live had
	// passed (E6: userIdentity).
	Expired bool
}

// Insert is a new item.
func Insert(after Item) Change { return Change{After: after} }

// Modify is an item that was changed.
func Modify(before, after Item) Change { return Change{Before: before, After: after} }

// Remove is an item that was deleted; before is what was lost.
func Remove(before Item) Change { return Change{Before: before} }

// Expire is an item that the service deleted because its time to live had passed.
func Expire(before Item) Change { return Change{Before: before, Expired: true} }

// event is the name of the change in the stream, "" if there is nothing on
// either side.
func (c Change) event() string {
	switch {
	case c.Before == nil && c.After == nil:
		return ""
	case c.Before == nil:
		return "INSERT"
	case c.After == nil:
		return "REMOVE"
	}
	return "MODIFY"
}
