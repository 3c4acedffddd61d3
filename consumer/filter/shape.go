package filter

import (
	"maps"
	"slices"
	"strings"
)

// shape is what stands at one place of a record of DynamoDB Streams as Lambda
// delivers it (section 2 of the Lambda reference). Exactly one of members,
// slot and image is there.
type shape struct {
	members map[string]shape
	slot    *slot
	image   bool // attributes by name
	// sample is how a pattern for an object may begin.
	sample string
	// needs is the one view type, beside NEW_AND_OLD_IMAGES, that has it; empty:
	// all have.
	needs string
}

// slot is a place that holds a scalar.
type slot struct {
	kind kind
	what string // "a text"
	// domain lists all that can be there; empty: anything of the kind.
	domain []string
	// meant finds the value of the domain that a wrong one stands for.
	meant func(string) string
	// wrong says why a text can never be there, and what to write.
	wrong func(string) string
}

func textSlot(domain ...string) shape {
	return shape{slot: &slot{kind: text, what: "a text", domain: domain}}
}

func numberSlot(what string) shape {
	return shape{slot: &slot{kind: number, what: what}}
}

func imageShape(needs string) shape {
	return shape{image: true, needs: needs, sample: `{"name": {"S": …}}`}
}

// recordShape is the shape of a whole record.
func recordShape() shape {
	names := textSlot("INSERT", "MODIFY", "REMOVE")
	names.slot.meant = eventName
	return shape{members: map[string]shape{
		"awsRegion":      textSlot(),
		"eventID":        textSlot(),
		"eventName":      names,
		"eventSource":    textSlot("aws:dynamodb"),
		"eventSourceARN": textSlot(),
		"eventVersion":   textSlot(),
		"userIdentity": {sample: `{"type": ["Service"]}`, members: map[string]shape{
			"principalId": textSlot("dynamodb.amazonaws.com"),
			"type":        textSlot("Service"),
		}},
		"dynamodb": {sample: `{"Keys": {"id": {"S": …}}}`, members: map[string]shape{
			"ApproximateCreationDateTime": numberSlot("a number of seconds since 1970"),
			"Keys":                        imageShape(""),
			"NewImage":                    imageShape("NEW_IMAGE"),
			"OldImage":                    imageShape("OLD_IMAGE"),
			"SequenceNumber":              textSlot(),
			"SizeBytes":                   numberSlot("a number"),
			"StreamViewType":              textSlot("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", bothImages),
		}},
	}}
}

const bothImages = "NEW_AND_OLD_IMAGES"

// eventName gives the event that a wrong name means; empty if nobody knows.
func eventName(wrong string) string {
	switch strings.ToUpper(wrong) {
	case "INSERT", "INSERTED", "CREATE", "CREATED", "PUT", "ADD", "NEW":
		return "INSERT"
	case "MODIFY", "MODIFIED", "UPDATE", "UPDATED", "CHANGE":
		return "MODIFY"
	case "REMOVE", "REMOVED", "DELETE", "DELETED", "EXPIRE", "TTL":
		return "REMOVE"
	}
	return ""
}

// known finds the key here that is spelled so in other letters.
func (s shape) known(key string) string {
	for _, known := range s.keys() {
		if strings.EqualFold(known, key) {
			return known
		}
	}
	return ""
}

// find gives the path of a key in what stands at path, in any letters.
func (s shape) find(key, path string) string {
	if known := s.known(key); known != "" {
		return below(path, known)
	}
	for _, next := range s.keys() {
		if found := s.members[next].find(key, below(path, next)); found != "" {
			return found
		}
	}
	return ""
}

func (s shape) keys() []string {
	return slices.Sorted(maps.Keys(s.members))
}
