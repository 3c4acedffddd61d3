package telemetry_test

import (
	"strings"

	"go.opentelemetry.io/otel/attribute"
)

// encoder writes attributes as "a=b c=d".
type encoder struct{}

func (encoder) Encode(i attribute.Iterator) string {
	var texts []string
	for i.Next() {
		texts = append(texts, string(i.Attribute().Key)+"="+i.Attribute().Value.AsString())
	}
	return strings.Join(texts, " ")
}

func (encoder) ID() attribute.EncoderID { return attribute.EncoderID{} }
