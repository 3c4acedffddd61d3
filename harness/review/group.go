package review

import (
	"strings"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// Group is changes that are the same: the same lines come and go at the same
// paths, if in other items.
type Group struct {
	Changes []Change
}

// Names are those of its scenarios.
func (g Group) Names() []string {
	var names []string
	for _, c := range g.Changes {
		names = append(names, c.Name)
	}
	return names
}

// Groups puts the changes together that are the same, each group where its first
// change is.
func Groups(changes []Change) []Group {
	var groups []Group
	at := map[string]int{}
	for _, c := range changes {
		s := signature(c)
		i, known := at[s]
		if !known {
			i = len(groups)
			at[s], groups = i, append(groups, Group{})
		}
		groups[i].Changes = append(groups[i].Changes, c)
	}
	return groups
}

// signature is what two changes must share to be the same: every changed line but
// headings and the header, which name the scenario and its items.
func signature(c Change) string {
	var b strings.Builder
	b.WriteString(c.Result.Snapshot.Outcome.String())
	diff := c.Result.Snapshot.Diff
	for i, place := range snapshot.Places(diff) {
		d := diff[i]
		header := place.Heading == "" && !strings.HasPrefix(d.Text, "==")
		heading := place.Heading != "" && !strings.HasPrefix(d.Text, " ")
		switch {
		case d.Op == ' ' || header:
		case heading:
			b.WriteString("\n" + string(d.Op) + place.View())
		default:
			b.WriteString("\n" + string(d.Op) + place.Path + "\t" + d.Text)
		}
	}
	return b.String()
}
