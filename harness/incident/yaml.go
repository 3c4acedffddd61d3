package incident

import (
	"encoding/base64"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// fixture is the YAML of the fixture.
func (p *plan) fixture(name string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# The items of incident %s before its first record, from the old images of its event.\n", name)
	if len(p.seeds) == 0 {
		b.WriteString("items: []\n")
		return []byte(b.String())
	}
	b.WriteString("items:\n")
	for _, w := range p.seeds {
		w.yaml(&b, "  ")
	}
	return []byte(b.String())
}

// scenario is the YAML of the scenario.
func (p *plan) scenario(name string) []byte {
	var b strings.Builder
	writes := 0
	for _, s := range p.steps {
		if s.at.IsZero() {
			writes++
		}
	}
	fmt.Fprintf(&b, "title: %s\nfixture: %s\nstart: %s\nsteps:\n", quoted("incident "+name), name, p.start.Format(time.RFC3339))
	indent := "  "
	if writes > 1 {
		b.WriteString("  - backlog: # one batch, as in the event\n")
		indent = "      "
	}
	for _, s := range p.steps {
		if s.comment != "" {
			fmt.Fprintf(&b, "%s# %s\n", indent, s.comment)
		}
		if !s.at.IsZero() {
			fmt.Fprintf(&b, "%s- at: %s\n", indent, s.at.Format(time.RFC3339))
			continue
		}
		s.yaml(&b, indent)
	}
	return []byte(b.String())
}

func (w write) yaml(b *strings.Builder, indent string) {
	what := "key"
	if w.op == "put" {
		what = "item"
	}
	fmt.Fprintf(b, "%s- %s:\n%s    table: %s\n%s    %s:\n", indent, w.op, indent, quoted(w.table), indent, what)
	for _, name := range sorted(w.item) {
		block(b, indent+"      ", quoted(name)+":", w.item[name])
	}
}

// block writes a value under what introduces it: a key, or the dash of a list.
func block(b *strings.Builder, indent, intro string, v types.AttributeValue) {
	switch v := v.(type) {
	case *types.AttributeValueMemberM:
		if len(v.Value) > 0 {
			fmt.Fprintf(b, "%s%s\n", indent, intro)
			for _, name := range sorted(v.Value) {
				block(b, indent+"  ", quoted(name)+":", v.Value[name])
			}
			return
		}
	case *types.AttributeValueMemberL:
		if len(v.Value) > 0 {
			fmt.Fprintf(b, "%s%s\n", indent, intro)
			for _, element := range v.Value {
				block(b, indent+"  ", "-", element)
			}
			return
		}
	}
	fmt.Fprintf(b, "%s%s %s\n", indent, intro, inline(v))
}

// inline is a value on one line, in the words of scenario files.
func inline(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return quoted(v.Value)
	case *types.AttributeValueMemberN:
		if regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`).MatchString(v.Value) {
			return v.Value
		}
		return "!N " + inQuotes(v.Value)
	case *types.AttributeValueMemberB:
		return "!B " + inQuotes(base64.StdEncoding.EncodeToString(v.Value))
	case *types.AttributeValueMemberBOOL:
		return fmt.Sprint(v.Value)
	case *types.AttributeValueMemberNULL:
		return "null"
	case *types.AttributeValueMemberSS:
		return "!SS " + flow(v.Value)
	case *types.AttributeValueMemberNS:
		return "!NS " + flow(v.Value)
	case *types.AttributeValueMemberBS:
		var texts []string
		for _, value := range v.Value {
			texts = append(texts, base64.StdEncoding.EncodeToString(value))
		}
		return "!BS " + flow(texts)
	case *types.AttributeValueMemberM:
		return "{}"
	case *types.AttributeValueMemberL:
		return "[]"
	}
	panic(fmt.Sprintf("incident: %T is no value of an event", v)) // valueOf made it
}

func flow(texts []string) string {
	var parts []string
	for _, text := range texts {
		parts = append(parts, inQuotes(text))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// quoted is a text as YAML reads it back as a text: plain where that is safe.
func quoted(text string) string {
	words := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"}
	if regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_#@./-]*$`).MatchString(text) && !slices.Contains(words, strings.ToLower(text)) {
		return text
	}
	return inQuotes(text)
}

func inQuotes(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r <= 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
