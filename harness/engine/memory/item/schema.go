package item

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// Sizes of key values, in bytes. Numbers always fit.
const (
	maxHashSize  = 2048
	maxRangeSize = 1024
)

// KeyAttribute is one attribute of a key.
type KeyAttribute struct {
	Name string
	Kind Kind // S, N or B
}

// Schema is the key of a table or an index. Tables have one hash attribute and
// at most one range attribute; global indexes up to four of each.
type Schema struct {
	Index string // its name; "" for a table
	Hash  []KeyAttribute
	Range []KeyAttribute
}

// Attributes returns the hash attributes, then the range attributes.
func (s Schema) Attributes() []KeyAttribute {
	return append(append(make([]KeyAttribute, 0, len(s.Hash)+len(s.Range)), s.Hash...), s.Range...)
}

// Names returns the names of [Schema.Attributes].
func (s Schema) Names() []string {
	var names []string
	for _, a := range s.Attributes() {
		names = append(names, a.Name)
	}
	return names
}

// KeyOf returns the key attributes that an item has.
func (s Schema) KeyOf(it Item) Item {
	key := make(Item, len(s.Hash)+len(s.Range))
	for _, a := range s.Attributes() {
		if v, ok := it[a.Name]; ok {
			key[a.Name] = v
		}
	}
	return key
}

// CheckItem checks the key of an item to be put into the table.
func (s Schema) CheckItem(it Item) error {
	for _, a := range s.Attributes() {
		v, ok := it[a.Name]
		if !ok {
			return validation.Errorf("One or more parameter values were invalid: Missing the key %s in the item", a.Name)
		}
		if kind := KindOf(v); kind != a.Kind {
			return validation.Errorf("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", a.Name, a.Kind, kind)
		}
	}
	return s.checkValues(it)
}

// CheckKey checks the Key of a request: it has exactly the table's key
// attributes.
func (s Schema) CheckKey(key Item) error {
	attributes := s.Attributes()
	for _, a := range attributes {
		if KindOf(key[a.Name]) != a.Kind {
			return validation.Errorf("The provided key element does not match the schema")
		}
	}
	if len(key) != len(attributes) {
		return validation.Errorf("The provided key element does not match the schema")
	}
	return s.checkValues(key)
}

// checkValues checks key values of the right kind.
func (s Schema) checkValues(it Item) error {
	for _, a := range s.Attributes() {
		if err := s.CheckValue(a.Name, it[a.Name]); err != nil {
			return err
		}
	}
	return nil
}

// CheckValue checks the value of a key attribute, which is of the right kind:
// not empty, not too long.
func (s Schema) CheckValue(name string, v types.AttributeValue) error {
	hash := slices.ContainsFunc(s.Hash, func(a KeyAttribute) bool { return a.Name == name })
	switch word, size := emptyWord(v), ValueSize(v); {
	case word != "" && s.Index != "":
		return validation.Errorf("One or more parameter values are not valid. A value specified for a secondary index key is not supported. "+
			"The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", word, s.Index, name)
	case word != "":
		return validation.Errorf("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", word, name)
	case hash && size > maxHashSize:
		return validation.Errorf("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes")
	case !hash && size > maxRangeSize:
		return validation.Errorf("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}

// CheckIndexed checks the attributes that an item has of an index's key. Items
// that lack one are allowed: they are not in the index.
func (s Schema) CheckIndexed(it Item) error {
	for _, a := range s.Attributes() {
		v, ok := it[a.Name]
		if !ok {
			continue
		}
		if kind := KindOf(v); kind != a.Kind {
			return validation.Errorf("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.Name, a.Kind, kind, s.Index)
		}
		if err := s.CheckValue(a.Name, v); err != nil {
			return err
		}
	}
	return nil
}

// emptyWord returns "string" or "binary" for an empty one, "" for any other value.
func emptyWord(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if v.Value == "" {
			return "string"
		}
	case *types.AttributeValueMemberB:
		if len(v.Value) == 0 {
			return "binary"
		}
	}
	return ""
}
