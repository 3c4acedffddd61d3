package snapshot_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

func scrubbers() []snapshot.Scrubber {
	return []snapshot.Scrubber{
		{Name: "id", Pattern: regexp.MustCompile(`[0-9a-f]{4}-[0-9a-f]{4}`)},
		{Name: "time", Pattern: regexp.MustCompile(`20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]+Z`)},
		{Name: "never", Pattern: regexp.MustCompile(`xyzzy`)},
	}
}

func TestScrub(t *testing.T) {
	d := snapshot.Document{Scenario: "a/b", Scrub: scrubbers(), Sections: []snapshot.Section{
		{View: "orders", Label: "ORDER#beef-0002", Value: m(item{
			"a":     s("at 2024-09-19T10:00:00Z by beef-0001, then 2024-09-20T10:00:00Z"),
			"b":     s("beef-0002 of beef-0001"),
			"list":  l(s("beef-0003"), m(item{"beef-0001": n("20240919")})),
			"plain": ss("b", "a"),
			"set":   ss("beef-0003", "beef-0001"),
		})},
		{View: "orders", Label: "z", Value: n("beef-0001")},
	}}
	r := d.Render()
	want := `# stillwater snapshot 1
# scenario: a/b
# scrubbed: id, time

orders "ORDER#<id:1>"
  a: "at <time:1> by <id:2>, then <time:2>"
  b: "<id:1> of <id:2>"
  list:
    - "<id:3>"
    - "<id:2>": 20240919
  plain: !SS ["a", "b"]
  set: !SS ["<id:2>", "<id:3>"]

orders z
  !N "<id:2>"
`
	if diff := cmp.Diff(want, r.Text); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := []string{"id", "time"}; !slices.Equal(r.Scrubbed, want) {
		t.Errorf("scrubbed by %q, want %q", r.Scrubbed, want)
	}
	if got := r.Originals["<id:3>"]; got != "beef-0003" {
		t.Errorf("<id:3> was %q", got)
	}
	if got := snapshot.UnusedScrubbers(scrubbers(), []snapshot.Rendering{{}, r}); !slices.Equal(got, []string{"never"}) {
		t.Errorf("unused %q", got)
	}
}

func TestMistakesInScrubbers(t *testing.T) {
	a := regexp.MustCompile("a")
	for want, list := range map[string][]snapshot.Scrubber{
		`scrubber "Id": use a-z`:                     {{Name: "Id", Pattern: a}},
		`scrubber "id": there are two`:               {{Name: "id", Pattern: a}, {Name: "id", Pattern: a}},
		`scrubber "id": it has no pattern`:           {{Name: "id"}},
		`scrubber "id": its pattern a* matches the `: {{Name: "id", Pattern: regexp.MustCompile("a*")}},
	} {
		if err := snapshot.CheckScrubbers(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := snapshot.CheckScrubbers(scrubbers()); err != nil {
		t.Error(err)
	}
}

// Other ids in the same places give the same text; an id that becomes another
// one's gives another.
func TestLawScrubbingIsByIdentity(t *testing.T) {
	pool := []string{"aaaa-0001", "bbbb-0002", "cccc-0003", "dddd-0004", "eeee-0005", "ffff-0006"}
	rapid.Check(t, func(t *rapid.T) {
		refs := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 8).Draw(t, "refs")
		text := func(ids []string) string {
			var list []string
			for _, i := range refs {
				list = append(list, ids[i])
			}
			d := one(s(strings.Join(list, " ")))
			d.Scrub = scrubbers()
			return d.Render().Text
		}
		ids := rapid.Permutation(pool).Draw(t, "ids")
		if a, b := text(pool), text(ids); a != b {
			t.Fatalf("other ids show:\n%s\n%s", a, b)
		}
		merged := slices.Clone(ids)
		merged[refs[0]] = ids[4]
		other := slices.ContainsFunc(refs, func(i int) bool { return i != refs[0] })
		if other {
			i := slices.IndexFunc(refs, func(i int) bool { return i != refs[0] })
			merged[refs[i]] = ids[4]
			if a, b := text(ids), text(merged); a == b {
				t.Fatalf("two ids that are one do not show:\n%s", a)
			}
		}
	})
}
