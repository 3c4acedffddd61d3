package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// news is the notification of a change, and whether there is one: nothing is told
// of other items than vulnerabilities, of those that say no group, and of those
// that were only moved in an index.
func news(c record.Change) (Notification, bool) {
	id, finding, ok := model.SplitVulnerabilityKey(c.Key)
	if !ok {
		return Notification{}, false
	}
	image := c.After
	event := Edited
	switch {
	case c.Event == record.Remove:
		image, event = c.Before, Deleted
	case c.Event == record.Insert:
		event = Reported
	case echoes(c):
		return Notification{}, false
	case !model.Equal(c.Before["created_date"], c.After["created_date"]):
		event = Reported
	}
	group := text(image, "group_name")
	return Notification{
		Event: event, IdempotencyKey: idempotencyKey(c), OccurredAt: model.FormatTime(c.At),
		Group: group, FindingID: finding, VulnerabilityID: id,
		Status: text(image, "state", "status"), Where: text(image, "state", "where"), Specific: text(image, "state", "specific"),
	}, group != ""
}

// echoes tells whether a MODIFY changed index keys only: a change of treatment
// moves the item to its assignee in a write of its own, after the one that was
// told already.
func echoes(c record.Change) bool {
	return model.EqualItems(withoutIndexKeys(c.Before), withoutIndexKeys(c.After))
}

// withoutIndexKeys leaves out pk_2 to pk_hash and sk_2 to sk_hash, which follow
// from the other attributes.
func withoutIndexKeys(item model.Item) model.Item {
	rest := maps.Clone(item)
	maps.DeleteFunc(rest, func(name string, _ types.AttributeValue) bool {
		return strings.HasPrefix(name, "pk_") || strings.HasPrefix(name, "sk_")
	})
	return rest
}

// idempotencyKey names the change: an item and its place in the stream, which are
// the same at every delivery and of no two changes.
func idempotencyKey(c record.Change) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Key.PK, c.Key.SK, c.SequenceNumber}, "\n")))
	return hex.EncodeToString(sum[:16])
}

// text is a string in an item, "" if there is none.
func text(item model.Item, path ...string) string {
	for _, name := range path[:len(path)-1] {
		m, ok := item[name].(*types.AttributeValueMemberM)
		if !ok {
			return ""
		}
		item = m.Value
	}
	s, ok := item[path[len(path)-1]].(*types.AttributeValueMemberS)
	if !ok {
		return ""
	}
	return s.Value
}
