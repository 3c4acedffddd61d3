package wire

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
)

// Encode returns the JSON of an output struct of the SDK, or of any other struct
// of it that has a schema, such as an input.
func Encode(v any) ([]byte, error) {
	s, ok := v.(smithy.Serializable)
	if !ok {
		return nil, fmt.Errorf("encode: %T: no struct of the SDK with a schema", v)
	}
	e := &encoder{}
	s.Serialize(e)
	return e.buf, nil
}

// encoder writes JSON for the Serialize methods of the SDK. A container takes its
// members in turn: in a struct their schemas give their names, in a map WriteKey
// comes before each value, in a list they have no names.
type encoder struct {
	buf       []byte
	inside    []container // that are open, the innermost last
	keyed     bool        // the name of the next value has been written
	errorType string      // written as __type into the outermost struct
}

// container is an object or a list that is being written.
type container struct {
	object bool
	filled bool // it has a member: the next one needs a comma
}

var _ smithy.ShapeSerializer = (*encoder)(nil)

// before writes what stands between a value and the one before it.
func (e *encoder) before(schema *smithy.Schema) {
	if e.keyed || len(e.inside) == 0 {
		e.keyed = false
		return
	}
	if e.inside[len(e.inside)-1].object {
		e.key(schema.MemberName())
		return
	}
	e.comma()
}

func (e *encoder) comma() {
	in := &e.inside[len(e.inside)-1]
	if in.filled {
		e.buf = append(e.buf, ',')
	}
	in.filled = true
}

func (e *encoder) key(name string) {
	e.comma()
	e.quote(name)
	e.buf = append(e.buf, ':')
}

func (e *encoder) open(schema *smithy.Schema, bracket byte) {
	e.before(schema)
	e.buf = append(e.buf, bracket)
	e.inside = append(e.inside, container{object: bracket == '{'})
}

func (e *encoder) close(bracket byte) {
	e.inside = e.inside[:len(e.inside)-1]
	e.buf = append(e.buf, bracket)
}

// quote writes a string. What is no UTF-8 becomes U+FFFD, as encoding/json does it.
func (e *encoder) quote(s string) {
	const hex = "0123456789abcdef"
	e.buf = append(e.buf, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			e.buf = append(e.buf, '\\', byte(r))
		case r < ' ':
			e.buf = append(e.buf, '\\', 'u', '0', '0', hex[r>>4], hex[r&0xf])
		default:
			e.buf = utf8.AppendRune(e.buf, r)
		}
	}
	e.buf = append(e.buf, '"')
}

func (e *encoder) Bytes() []byte { return e.buf }

func (e *encoder) WriteInt8(schema *smithy.Schema, v int8)   { e.WriteInt64(schema, int64(v)) }
func (e *encoder) WriteInt16(schema *smithy.Schema, v int16) { e.WriteInt64(schema, int64(v)) }
func (e *encoder) WriteInt32(schema *smithy.Schema, v int32) { e.WriteInt64(schema, int64(v)) }

func (e *encoder) WriteInt64(schema *smithy.Schema, v int64) {
	e.before(schema)
	e.buf = strconv.AppendInt(e.buf, v, 10)
}

func (e *encoder) WriteFloat32(schema *smithy.Schema, v float32) { e.WriteFloat64(schema, float64(v)) }

func (e *encoder) WriteFloat64(schema *smithy.Schema, v float64) {
	e.before(schema)
	e.buf = strconv.AppendFloat(e.buf, v, 'f', -1, 64)
}

func (e *encoder) WriteBool(schema *smithy.Schema, v bool) {
	e.before(schema)
	e.buf = strconv.AppendBool(e.buf, v)
}

func (e *encoder) WriteString(schema *smithy.Schema, v string) {
	e.before(schema)
	e.quote(v)
}

func (e *encoder) WriteBlob(schema *smithy.Schema, v []byte) {
	e.before(schema)
	e.buf = append(e.buf, '"')
	e.buf = base64.StdEncoding.AppendEncode(e.buf, v)
	e.buf = append(e.buf, '"')
}

// WriteTime writes seconds since 1970, to the millisecond: the model has no other
// format.
func (e *encoder) WriteTime(schema *smithy.Schema, v time.Time) {
	e.before(schema)
	e.buf = strconv.AppendFloat(e.buf, float64(v.UnixMilli())/1000, 'f', -1, 64)
}

func (e *encoder) WriteUnion(schema, variant *smithy.Schema) {
	e.open(schema, '{')
	e.key(variant.MemberName())
	e.keyed = true
}

func (e *encoder) CloseUnion() { e.close('}') }

func (e *encoder) WriteStruct(schema *smithy.Schema) {
	e.open(schema, '{')
	if e.errorType != "" && len(e.inside) == 1 {
		e.key("__type")
		e.quote(e.errorType)
	}
}

func (e *encoder) CloseStruct()                    { e.close('}') }
func (e *encoder) WriteList(schema *smithy.Schema) { e.open(schema, '[') }
func (e *encoder) CloseList()                      { e.close(']') }
func (e *encoder) WriteMap(schema *smithy.Schema)  { e.open(schema, '{') }
func (e *encoder) CloseMap()                       { e.close('}') }

func (e *encoder) WriteKey(_ *smithy.Schema, key string) {
	e.key(key)
	e.keyed = true
}

func (e *encoder) WriteNil(schema *smithy.Schema) {
	e.before(schema)
	e.buf = append(e.buf, "null"...)
}

// The rest is in no shape of DynamoDB.

func (e *encoder) WriteBigInt(*smithy.Schema, *big.Int)         { panic("wire: a big integer") }
func (e *encoder) WriteBigFloat(*smithy.Schema, *big.Float)     { panic("wire: a big decimal") }
func (e *encoder) WriteDocument(*smithy.Schema, document.Value) { panic("wire: a document") }
