package item

import (
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is one item of a table, or one map: attribute values by name.
type Item = map[string]types.AttributeValue

// Kind is one of DynamoDB's data types, by its descriptor in the API. Kinds are
// in the order in which error messages list them.
type Kind int

// None is the kind of no value at all.
const (
	None Kind = iota
	B
	NULL
	SS
	BOOL
	L
	BS
	N
	NS
	S
	M
)

// KindOf returns the kind of a value, None for nil, for a nil pointer and for
// what no client of the API can have sent.
func KindOf(v types.AttributeValue) Kind {
	switch v := v.(type) {
	case *types.AttributeValueMemberB:
		return orNone(v == nil, B)
	case *types.AttributeValueMemberNULL:
		return orNone(v == nil, NULL)
	case *types.AttributeValueMemberSS:
		return orNone(v == nil, SS)
	case *types.AttributeValueMemberBOOL:
		return orNone(v == nil, BOOL)
	case *types.AttributeValueMemberL:
		return orNone(v == nil, L)
	case *types.AttributeValueMemberBS:
		return orNone(v == nil, BS)
	case *types.AttributeValueMemberN:
		return orNone(v == nil, N)
	case *types.AttributeValueMemberNS:
		return orNone(v == nil, NS)
	case *types.AttributeValueMemberS:
		return orNone(v == nil, S)
	case *types.AttributeValueMemberM:
		return orNone(v == nil, M)
	}
	return None
}

func orNone(none bool, k Kind) Kind {
	if none {
		return None
	}
	return k
}

// String returns the descriptor: "S", "NULL", …
func (k Kind) String() string {
	return [...]string{"", "B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"}[k]
}

// Name returns the long name that some messages have: "STRING", "NUMBER_SET", …
func (k Kind) Name() string {
	return [...]string{"", "BINARY", "NULL", "STRING_SET", "BOOLEAN", "LIST", "BINARY_SET", "NUMBER", "NUMBER_SET", "STRING", "MAP"}[k]
}

// Ordered tells whether values of this kind have an order: only they can be
// keys, and only they can be compared by < and BETWEEN.
func (k Kind) Ordered() bool { return k == S || k == N || k == B }

// Set tells whether this is one of the three kinds of set.
func (k Kind) Set() bool { return k == SS || k == NS || k == BS }

// ParseKind returns the kind with this descriptor.
func ParseKind(descriptor string) (Kind, bool) {
	for k := B; k <= M; k++ {
		if k.String() == descriptor {
			return k, true
		}
	}
	return None, false
}

// KindList returns all descriptors as the service's messages list them:
// "{B,NULL,SS,…}".
func KindList() string {
	var names []string
	for k := B; k <= M; k++ {
		names = append(names, k.String())
	}
	return "{" + strings.Join(names, ",") + "}"
}

// Format writes a value as messages do: "{N:5}".
func Format(v types.AttributeValue) string {
	text := ""
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		text = v.Value
	case *types.AttributeValueMemberN:
		text = v.Value
	case *types.AttributeValueMemberB:
		text = base64.StdEncoding.EncodeToString(v.Value)
	}
	return "{" + KindOf(v).String() + ":" + text + "}"
}
