package memory

import (
	"encoding/binary"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// A key is bytes whose order is that of a table or an index: the hash of the
// partition (scans go by it, as the service's do), the values of its hash
// attributes, those of its range attributes. An index adds the key of the
// table, so that equal keys are apart.
//
// Each value ends itself: no value's bytes begin another's.

// hashSize is how many bytes of a key are the partition's hash.
const hashSize = 8

// partitionKey returns what keys of one partition begin with.
func partitionKey(values []types.AttributeValue) string {
	key := make([]byte, hashSize, 64)
	for _, v := range values {
		key = appendValue(key, v)
	}
	binary.BigEndian.PutUint64(key, hashBytes(key[hashSize:]))
	return string(key)
}

// keyOf returns the key of an item that has all its attributes.
func keyOf(schema item.Schema, it item.Item) string {
	key := make([]byte, hashSize, 64)
	for _, a := range schema.Hash {
		key = appendValue(key, it[a.Name])
	}
	binary.BigEndian.PutUint64(key, hashBytes(key[hashSize:]))
	for _, a := range schema.Range {
		key = appendValue(key, it[a.Name])
	}
	return string(key)
}

// indexKeyOf returns the key in an index of the item with a key in its table; ok
// is false if the item is not in the index, which is sparse.
func indexKeyOf(schema item.Schema, it item.Item, tableKey string) (key string, ok bool) {
	for _, a := range schema.Hash {
		if it[a.Name] == nil {
			return "", false
		}
	}
	for _, a := range schema.Range {
		if it[a.Name] == nil {
			return "", false
		}
	}
	return keyOf(schema, it) + tableKey[hashSize:], true
}

// partitionHash is the hash that a key begins with.
func partitionHash(key string) uint64 { return binary.BigEndian.Uint64([]byte(key[:hashSize])) }

// appendValue appends a key value in its order.
func appendValue(key []byte, v types.AttributeValue) []byte {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return appendText(key, v.Value)
	case *types.AttributeValueMemberN:
		return appendNumber(key, v.Value)
	case *types.AttributeValueMemberB:
		return appendText(key, string(v.Value))
	}
	return key
}

// appendText appends bytes, a zero as two, and an end that is less than anything
// that could follow.
func appendText(key []byte, text string) []byte {
	const zero, end = "\x00\xff", "\x00\x01"
	for {
		i := strings.IndexByte(text, 0)
		if i < 0 {
			return append(append(key, text...), end...)
		}
		key = append(append(key, text[:i]...), zero...)
		text = text[i+1:]
	}
}

// appendNumber appends a number in normal form: its sign, the place of its first
// digit, its digits and an end; those of a negative one inverted.
func appendNumber(key []byte, text string) []byte {
	const negative, zero, positive = 0, 1, 2
	if text == "0" {
		return append(key, zero)
	}
	digits, invert := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	place := len(whole)
	if whole == "0" {
		whole = ""
		place = -len(fraction)
		fraction = strings.TrimLeft(fraction, "0")
		place += len(fraction)
	}
	first := len(key) + 1
	key = append(key, positive)
	key = binary.BigEndian.AppendUint16(key, uint16(place+1<<15))
	key = append(key, strings.TrimRight(whole+fraction, "0")...)
	key = append(key, 0)
	if invert {
		key[first-1] = negative
		for i := range key[first:] {
			key[first+i] ^= 0xff
		}
	}
	return key
}

// after returns the least key that is greater than all that begin with prefix;
// "" if there is none.
func after(prefix string) string {
	key := []byte(prefix)
	for i := len(key) - 1; i >= 0; i-- {
		if key[i]++; key[i] != 0 {
			return string(key[:i+1])
		}
	}
	return ""
}
