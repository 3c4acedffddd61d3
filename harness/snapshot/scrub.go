package snapshot

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Scrubber replaces texts that differ from run to run, and mean the same, by what
// they are: the first id that is seen becomes <id:1>, the second <id:2>, and the
// first is <id:1> wherever it stands again. So relations survive, and so do types:
// a string stays one, a number becomes !N "<id:1>".
//
// It looks into strings, numbers, the elements of sets of both, keys of maps and
// labels of sections. Numbers are given in the order of the text; in a set, whose
// elements have no order but that of their own texts, it is theirs, and so it is
// for sections that are sorted by a label that is scrubbed.
type Scrubber struct {
	// Name is what takes the place: "id" for <id:1>. Letters, digits and _.
	Name string
	// Pattern finds what is replaced; each match is one identity. It must not match
	// the empty text.
	Pattern *regexp.Regexp
}

// CheckScrubbers returns what is wrong with any of them, nil if nothing is.
func CheckScrubbers(list []Scrubber) error {
	var mistakes []error
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	seen := map[string]bool{}
	for _, s := range list {
		switch {
		case !name.MatchString(s.Name):
			mistakes = append(mistakes, fmt.Errorf("scrubber %q: use a-z, 0-9 and _, beginning with a letter", s.Name))
		case seen[s.Name]:
			mistakes = append(mistakes, fmt.Errorf("scrubber %q: there are two of the name", s.Name))
		case s.Pattern == nil:
			mistakes = append(mistakes, fmt.Errorf("scrubber %q: it has no pattern", s.Name))
		case s.Pattern.MatchString(""):
			mistakes = append(mistakes, fmt.Errorf("scrubber %q: its pattern %s matches the empty text: let it need a character", s.Name, s.Pattern))
		}
		seen[s.Name] = true
	}
	return errors.Join(mistakes...)
}

// UnusedScrubbers are the names of those that none of the renderings used. It means
// something only after a full, unfiltered run, as [Store.Obsolete] does.
func UnusedScrubbers(list []Scrubber, renderings []Rendering) []string {
	var unused []string
	for _, s := range list {
		used := slices.ContainsFunc(renderings, func(r Rendering) bool { return slices.Contains(r.Scrubbed, s.Name) })
		if !used {
			unused = append(unused, s.Name)
		}
	}
	return unused
}

// scrubbing is the work of scrubbers on one document.
type scrubbing struct {
	list      []Scrubber
	names     map[string]map[string]string // by scrubber: what an original became
	originals map[string]string            // and back
}

func newScrubbing(list []Scrubber) *scrubbing {
	return &scrubbing{list: list, names: map[string]map[string]string{}, originals: map[string]string{}}
}

// used are the names of scrubbers that found something, in the order of the list.
func (s *scrubbing) used() []string {
	var names []string
	for _, scrubber := range s.list {
		if len(s.names[scrubber.Name]) > 0 {
			names = append(names, scrubber.Name)
		}
	}
	return names
}

// text replaces every match in a text. Of two that begin at the same place it is
// that of the scrubber that stands first in the list.
func (s *scrubbing) text(text string) string {
	var b strings.Builder
	for {
		from, to, by := len(text)+1, 0, ""
		for _, scrubber := range s.list {
			if at := scrubber.Pattern.FindStringIndex(text); at != nil && at[0] < from && at[1] > at[0] {
				from, to, by = at[0], at[1], scrubber.Name
			}
		}
		if by == "" {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:from] + s.identity(by, text[from:to]))
		text = text[to:]
	}
}

// identity is what an original is called: as before, or by the next number.
func (s *scrubbing) identity(scrubber, original string) string {
	known := s.names[scrubber]
	if known == nil {
		known = map[string]string{}
		s.names[scrubber] = known
	}
	if known[original] == "" {
		name := fmt.Sprintf("<%s:%d>", scrubber, len(known)+1)
		known[original] = name
		s.originals[name] = original
	}
	return known[original]
}

// value is v scrubbed, in the order in which it is rendered. v is not changed.
func (s *scrubbing) value(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: s.text(v.Value)}
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: s.text(v.Value)}
	case *types.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: s.set(v.Value, compareText)}
	case *types.AttributeValueMemberNS:
		return &types.AttributeValueMemberNS{Value: s.set(v.Value, compareNumbers)}
	case *types.AttributeValueMemberL:
		list := make([]types.AttributeValue, len(v.Value))
		for i, e := range v.Value {
			list[i] = s.value(e)
		}
		return &types.AttributeValueMemberL{Value: list}
	case *types.AttributeValueMemberM:
		m := make(map[string]types.AttributeValue, len(v.Value))
		for _, key := range slices.Sorted(maps.Keys(v.Value)) {
			name := s.text(key)
			m[name] = s.value(v.Value[key])
		}
		return &types.AttributeValueMemberM{Value: m}
	}
	return v
}

func (s *scrubbing) set(elements []string, compare func(a, b string) int) []string {
	var out []string
	for _, e := range slices.SortedFunc(slices.Values(elements), compare) {
		out = append(out, s.text(e))
	}
	return out
}
