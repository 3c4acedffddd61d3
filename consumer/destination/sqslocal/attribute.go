package sqslocal

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// attribute is one message attribute.
type attribute struct {
	DataType    string // String, Number or Binary, and a label: "Number.int"
	StringValue string `json:",omitempty"`
	BinaryValue []byte `json:",omitempty"`
}

func (a attribute) binary() bool { return strings.HasPrefix(a.DataType, "Binary") }

// value is the bytes of the value, whichever it is.
func (a attribute) value() []byte {
	if a.binary() {
		return a.BinaryValue
	}
	return []byte(a.StringValue)
}

// checkAttributes holds message attributes to the rules of SQS.
func checkAttributes(attributes map[string]attribute) error {
	if len(attributes) > 10 {
		return invalid("MessageAttributes", len(attributes), "Number of message attributes must be at most 10")
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		switch {
		case !regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,255}$`).MatchString(name):
			return invalid("MessageAttributes", name, "The name of a message attribute has 1 to 256 letters, digits, _, - and .")
		case !regexp.MustCompile(`^(String|Number|Binary)(\.[^\s]+)?$`).MatchString(a.DataType):
			return invalid("MessageAttributes", name, "The type must begin with String, Number or Binary")
		case len(a.value()) == 0 || a.StringValue != "" && a.BinaryValue != nil:
			return invalid("MessageAttributes", name, "The attribute must contain one non-empty value of its type")
		}
	}
	return nil
}

// sizeOf is what attributes add to the size of a message.
func sizeOf(attributes map[string]attribute) int {
	n := 0
	for name, a := range attributes {
		n += len(name) + len(a.DataType) + len(a.value())
	}
	return n
}

// chosen are the attributes that a request names: by name, by the beginning of
// names ("bar.*"), or all ("All", ".*").
func chosen(attributes map[string]attribute, names []string) map[string]attribute {
	some := maps.Clone(attributes)
	maps.DeleteFunc(some, func(name string, _ attribute) bool {
		return !slices.ContainsFunc(names, func(asked string) bool {
			prefix, wild := strings.CutSuffix(asked, ".*")
			return asked == "All" || asked == name || wild && strings.HasPrefix(name, prefix)
		})
	})
	return some
}

// digest is the checksum of a body, which clients compare with their own.
func digest(body string) string {
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

// digestOf is that of message attributes: name, type and value of each in the
// order of names, all with their length before them; "" without attributes.
func digestOf(attributes map[string]attribute) string {
	if len(attributes) == 0 {
		return ""
	}
	var b []byte
	put := func(part []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		put([]byte(name))
		put([]byte(a.DataType))
		transport := byte(1)
		if a.binary() {
			transport = 2
		}
		b = append(b, transport)
		put(a.value())
	}
	return digest(string(b))
}
