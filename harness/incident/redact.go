package incident

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// redactor replaces personal data. It first sees every record, so that it knows all
// texts that are replaced as a whole, and which stand-ins are taken.
type redactor struct {
	standIns map[string]string // of each text, or part of one, that is replaced
	taken    map[string]bool   // texts of the event, and stand-ins
	made     map[string]bool   // stand-ins
	numbers  map[string]string // of numbers that are replaced
	last     map[string]int    // the last number of each kind of stand-in
	counts   map[string]int    // different things replaced, by kind
	kept     map[string]bool
}

func newRedactor(records []record) *redactor {
	r := &redactor{
		standIns: map[string]string{}, taken: map[string]bool{}, made: map[string]bool{}, numbers: map[string]string{},
		last: map[string]int{}, counts: map[string]int{}, kept: map[string]bool{},
	}
	for _, image := range images(records) {
		walk("", image, func(_, text string) { r.take(text) })
	}
	for _, image := range images(records) {
		walk("", image, func(name, text string) {
			switch {
			case whole(name, text) && date(text):
				r.standIn("date of birth", text)
			case whole(name, text):
				r.standIn("text", text)
			}
		})
	}
	return r
}

// take makes sure that nothing is replaced by a text of the event, or a part of one.
func (r *redactor) take(text string) {
	r.taken[text] = true
	for _, part := range parts().FindAllString(text, -1) {
		r.taken[part] = true
	}
	for _, p := range patterns() {
		for _, found := range p.find.FindAllString(text, -1) {
			r.taken[found] = true
		}
	}
}

// parts are what keys are made of.
func parts() *regexp.Regexp { return regexp.MustCompile(`[^#/|:,;]+`) }

// images are those of all records, in their order.
func images(records []record) []item {
	var all []item
	for _, r := range records {
		all = append(all, r.keys, r.old, r.new)
	}
	return all
}

// walk shows every text of an image with the name of the attribute it stands under.
func walk(name string, value any, see func(name, text string)) {
	switch v := value.(type) {
	case item:
		for _, key := range sorted(v) {
			walk(key, v[key], see)
		}
	case *types.AttributeValueMemberM:
		for _, key := range sorted(v.Value) {
			see("", key) // names can be data: a map by address
			walk(key, v.Value[key], see)
		}
	case *types.AttributeValueMemberL:
		for _, element := range v.Value {
			walk(name, element, see)
		}
	case *types.AttributeValueMemberS:
		see(name, v.Value)
	case *types.AttributeValueMemberSS:
		for _, text := range v.Value {
			see(name, text)
		}
	}
}

// records returns the records with everything replaced.
func (r *redactor) records(records []record) []record {
	var clean []record
	for _, one := range records {
		one.keys, one.old, one.new = r.item(one.keys), r.item(one.old), r.item(one.new)
		clean = append(clean, one)
	}
	return clean
}

func (r *redactor) item(image item) item {
	if image == nil {
		return nil
	}
	clean := item{}
	for _, name := range sorted(image) {
		clean[name] = r.value(name, image[name])
	}
	return clean
}

func (r *redactor) value(name string, v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: r.text(v.Value)}
	case *types.AttributeValueMemberSS:
		clean := &types.AttributeValueMemberSS{}
		for _, text := range v.Value {
			clean.Value = append(clean.Value, r.text(text))
		}
		return clean
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: r.number(name, v.Value)}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: r.binary(v.Value)}
	case *types.AttributeValueMemberBS:
		clean := &types.AttributeValueMemberBS{}
		for _, b := range v.Value {
			clean.Value = append(clean.Value, r.binary(b))
		}
		return clean
	case *types.AttributeValueMemberL:
		clean := &types.AttributeValueMemberL{}
		for _, element := range v.Value {
			clean.Value = append(clean.Value, r.value(name, element))
		}
		return clean
	case *types.AttributeValueMemberM:
		clean := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
		for _, key := range sorted(v.Value) {
			clean.Value[r.within(key)] = r.value(key, v.Value[key])
		}
		return clean
	}
	return v
}

// text replaces a text as a whole, or what is personal in it.
func (r *redactor) text(text string) string {
	if replaced, ok := r.standIns[text]; ok {
		return replaced
	}
	clean := parts().ReplaceAllStringFunc(r.within(text), func(part string) string {
		if replaced, ok := r.standIns[part]; ok {
			return replaced
		}
		return part
	})
	if clean == text && !plain(text) {
		r.kept[text] = true
	}
	return clean
}

// within replaces what is personal in a text.
func (r *redactor) within(text string) string {
	for _, p := range patterns() {
		text = p.find.ReplaceAllStringFunc(text, func(found string) string {
			if p.is != nil && !p.is(found) || r.made[found] {
				return found
			}
			return r.standIn(p.kind, found)
		})
	}
	return text
}

// standIn is what stands for a text from here on.
func (r *redactor) standIn(kind, text string) string {
	if known, ok := r.standIns[text]; ok {
		return known
	}
	for _, p := range patterns() {
		if p.find.FindString(text) == text && (p.is == nil || p.is(text)) {
			kind = p.kind
			break
		}
	}
	r.counts[kind]++
	for {
		r.last[kind]++
		made := standInOf(kind, r.last[kind])
		if !r.taken[made] {
			r.taken[made], r.made[made] = true, true
			r.standIns[text] = made
			return made
		}
	}
}

// number replaces a number under a name that speaks of people.
func (r *redactor) number(name, text string) string {
	if !tellsNumber(name) {
		return text
	}
	if _, ok := r.numbers[text]; !ok {
		r.counts["number"]++
		r.numbers[text] = fmt.Sprint(5550100000 + len(r.numbers))
	}
	return r.numbers[text]
}

func (r *redactor) binary(b []byte) []byte {
	return []byte(r.standIn("binary value", "\x00"+string(b))) // no text begins so
}

func standInOf(kind string, n int) string {
	switch kind {
	case "text":
		return fmt.Sprintf("redacted-%d", n)
	case "mail address":
		return fmt.Sprintf("person-%d@example.com", n)
	case "IPv4 address": // the range for measurements, of 131,072
		return fmt.Sprintf("198.%d.%d.%d", 18+n>>16&1, n>>8&255, n&255)
	case "IPv6 address":
		return fmt.Sprintf("2001:db8::%x", n)
	case "telephone number":
		return fmt.Sprintf("+1555010%04d", n)
	case "date of birth":
		return fmt.Sprintf("%04d-01-01", 1000+n)
	}
	return strings.ReplaceAll(kind, " ", "-") + "-" + fmt.Sprint(n)
}
