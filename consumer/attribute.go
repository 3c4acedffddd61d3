package consumer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// encoder writes records as JSON: keys sorted, no white space. It keeps what it
// needs from one record to the next.
type encoder struct {
	// sorted holds the attributes of the items that are being written, those of
	// an inner one behind those of the outer.
	sorted []member
	// bytes is where NewRecords builds a record.
	bytes []byte
}

type member struct {
	name  string
	value types.AttributeValue
}

// item appends the DynamoDB JSON of an item. The types of the SDK marshal to
// something else.
func (e *encoder) item(b []byte, item map[string]types.AttributeValue) ([]byte, error) {
	first := len(e.sorted)
	for name, value := range item {
		e.sorted = append(e.sorted, member{name, value})
	}
	last := len(e.sorted)
	slices.SortFunc(e.sorted[first:], func(x, y member) int { return strings.Compare(x.name, y.name) })

	b = append(b, '{')
	for i := first; i < last; i++ {
		m := e.sorted[i] // by index: an inner item may move the slice
		if i > first {
			b = append(b, ',')
		}
		b = append(appendString(b, m.name), ':')
		var err error
		if b, err = e.value(b, m.value); err != nil {
			return b, fmt.Errorf("%s: %w", m.name, err)
		}
	}
	e.sorted = e.sorted[:first]
	return append(b, '}'), nil
}

// value appends the DynamoDB JSON of one value: {"N":"1.50"}. Numbers stay the
// text they came as, binaries become base64 (E1).
func (e *encoder) value(b []byte, value types.AttributeValue) ([]byte, error) {
	var err error
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		b = appendString(append(b, `{"S":`...), v.Value)
	case *types.AttributeValueMemberN:
		b = appendString(append(b, `{"N":`...), v.Value)
	case *types.AttributeValueMemberB:
		b = appendBase64(append(b, `{"B":`...), v.Value)
	case *types.AttributeValueMemberBOOL:
		b = strconv.AppendBool(append(b, `{"BOOL":`...), v.Value)
	case *types.AttributeValueMemberNULL:
		b = append(b, `{"NULL":true`...) // the only value it has
	case *types.AttributeValueMemberSS:
		b = appendList(append(b, `{"SS":`...), v.Value, appendString)
	case *types.AttributeValueMemberNS:
		b = appendList(append(b, `{"NS":`...), v.Value, appendString)
	case *types.AttributeValueMemberBS:
		b = appendList(append(b, `{"BS":`...), v.Value, appendBase64)
	case *types.AttributeValueMemberL:
		b, err = e.list(append(b, `{"L":`...), v.Value)
	case *types.AttributeValueMemberM:
		b, err = e.item(append(b, `{"M":`...), v.Value)
	default:
		err = fmt.Errorf("attribute value of type %T: not one that DynamoDB has", value)
	}
	return append(b, '}'), err
}

func (e *encoder) list(b []byte, list []types.AttributeValue) ([]byte, error) {
	b = append(b, '[')
	for i, element := range list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = e.value(b, element); err != nil {
			return b, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return append(b, ']'), nil
}

func appendList[Element any](b []byte, list []Element, appendElement func([]byte, Element) []byte) []byte {
	b = append(b, '[')
	for i, element := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendElement(b, element)
	}
	return append(b, ']')
}
