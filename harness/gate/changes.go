package gate

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// maxChangeText is how much of a value the trace keeps: it says what changed,
// the images themselves are in the stream.
const maxChangeText = 60

// changes lists what differs between the images of a record, by path: maps are
// compared member by member, everything else as a whole. Records that lack an
// image (INSERT, REMOVE, another view type) have none.
func changes(r *streamtypes.StreamRecord) []trace.Change {
	if r.OldImage == nil || r.NewImage == nil {
		return nil
	}
	var list []trace.Change
	compare("", r.OldImage, r.NewImage, &list)
	return list
}

func compare(prefix string, old, new map[string]streamtypes.AttributeValue, list *[]trace.Change) {
	var names []string
	for name := range old {
		names = append(names, name)
	}
	for name := range new {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		a, b := old[name], new[name]
		if reflect.DeepEqual(a, b) {
			continue
		}
		from, aMap := members(a)
		to, bMap := members(b)
		if aMap && bMap && len(from)+len(to) > 0 {
			compare(prefix+name+".", from, to, list)
			continue
		}
		*list = append(*list, trace.Change{Path: prefix + name, From: brief(a), To: brief(b)})
	}
}

// members are those of a map; an absent value counts as an empty map, so that a
// map that comes or goes is listed by its members.
func members(v streamtypes.AttributeValue) (map[string]streamtypes.AttributeValue, bool) {
	switch v := v.(type) {
	case nil:
		return nil, true
	case *streamtypes.AttributeValueMemberM:
		return v.Value, true
	}
	return nil, false
}

// brief words a value on one short line; absent is "".
func brief(v streamtypes.AttributeValue) string {
	text := ""
	switch v := v.(type) {
	case nil:
		return ""
	case *streamtypes.AttributeValueMemberS:
		text = v.Value
	case *streamtypes.AttributeValueMemberN:
		text = v.Value
	case *streamtypes.AttributeValueMemberBOOL:
		text = fmt.Sprint(v.Value)
	case *streamtypes.AttributeValueMemberNULL:
		text = "null"
	case *streamtypes.AttributeValueMemberB:
		text = fmt.Sprintf("%d bytes", len(v.Value))
	case *streamtypes.AttributeValueMemberSS:
		text = "{" + strings.Join(v.Value, ", ") + "}"
	case *streamtypes.AttributeValueMemberNS:
		text = "{" + strings.Join(v.Value, ", ") + "}"
	case *streamtypes.AttributeValueMemberBS:
		text = fmt.Sprintf("set of %d", len(v.Value))
	case *streamtypes.AttributeValueMemberL:
		text = fmt.Sprintf("list of %d", len(v.Value))
	case *streamtypes.AttributeValueMemberM:
		text = fmt.Sprintf("map of %d", len(v.Value))
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > maxChangeText {
		text = string([]rune(text)[:maxChangeText-1]) + "…"
	}
	return text
}
