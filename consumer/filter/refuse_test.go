package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// mistakes takes a joined error apart; testdata/mistakes.txt has one of every
// kind.
func mistakes(err error) []*filter.Mistake {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var mistakes []*filter.Mistake
	for _, e := range joined.Unwrap() {
		var m *filter.Mistake
		if errors.As(e, &m) {
			mistakes = append(mistakes, m)
		}
	}
	return mistakes
}

func TestParseTellsAllMistakesOfAllPatterns(t *testing.T) {
	_, err := filter.Parse([]string{`{"a": 1}`, `{"b": ["fine"]}`, `nothing`, `{"c": [], "d": []}`})
	var places []string
	for _, m := range mistakes(err) {
		places = append(places, fmt.Sprintf("%d@%d", m.Pattern, m.Offset))
	}
	if diff := cmp.Diff([]string{"0@6", "2@1", "3@6", "3@15"}, places); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	want := `filters[0]: a: must be an array of what may match: write [1]: Lambda answers "Invalid filter pattern definition."`
	if got, _, _ := strings.Cut(err.Error(), "\n"); got != want {
		t.Errorf("first line: %s\nwant:       %s", got, want)
	}
}

func TestParseRefusesTooMuch(t *testing.T) {
	long := func(n int) string { return `{"a":["` + strings.Repeat("é", n-10) + `"]}` }
	if _, err := filter.Parse([]string{" " + long(4096) + "\n"}); err != nil {
		t.Errorf("4096 characters: %v", err)
	}
	_, err := filter.Parse([]string{long(4097)})
	wantMistake(t, err, "has 4097 characters without its spaces, Lambda takes 4096: split it into several filters, any of which may match")
	// Each $or of two doubles the combinations.
	ors := func(n int) string {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprintf(`"k%d":{"$or":[{"a":[1]},{"b":[1]}]}`, i))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	if _, err := filter.Parse([]string{ors(9)}); err != nil {
		t.Errorf("512 combinations: %v", err)
	}
	for _, n := range []int{10, 60} {
		_, err := filter.Parse([]string{ors(n)})
		wantMistake(t, err, "its $or offer more than 1000 combinations: split it into several filters")
	}
}

func wantMistake(t *testing.T, err error, message string) {
	t.Helper()
	if diff := cmp.Diff([]*filter.Mistake{{Message: message}}, mistakes(err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}
