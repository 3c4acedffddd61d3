package daemon

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// newBatch counts what a batch holds; nil for none, as at the end of a window.
func newBatch(records []core.Record) *Batch {
	if len(records) == 0 {
		return &Batch{}
	}
	b := &Batch{Records: len(records), First: records[0].Sequence, Last: records[len(records)-1].Sequence}
	for _, r := range records {
		switch eventName(r.Body) {
		case "INSERT":
			b.Insert++
		case "MODIFY":
			b.Modify++
		case "REMOVE":
			b.Remove++
		}
	}
	if b.Records == 1 {
		b.Key = keyText(records[0].Key)
	}
	return b
}

// eventName finds the event of a record in Lambda's JSON without parsing its
// images. The pattern cannot occur in them: a value there is an object, and a
// quote inside of a string is escaped.
func eventName(body []byte) string {
	_, rest, ok := bytes.Cut(body, []byte(`"eventName":"`))
	if !ok {
		return ""
	}
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(name)
}

// keyText is the key of an item as people read it, {"pk":{"S":"FIN#1"},"sk":{"N":"2"}}
// as "FIN#1 2"; what is no JSON of an item stays as it is.
func keyText(key string) string {
	var item map[string]map[string]string // keys are strings, numbers or binaries, in base64
	if json.Unmarshal([]byte(key), &item) != nil {
		return key
	}
	var values []string
	for _, name := range slices.Sorted(maps.Keys(item)) {
		values = append(values, slices.Collect(maps.Values(item[name]))...)
	}
	return strings.Join(values, " ")
}
