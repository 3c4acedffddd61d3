package generator

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// Options say how large a group is. The zero value is the usual one.
type Options struct {
	Seed         uint64
	Group        string    // name, "harbor" without
	Organization string    // id, "o1" without
	Findings     int       // 50 without
	PerFinding   int       // vulnerabilities of each, 20 without
	Until        time.Time // the last date; the first is two years before; 2024-09-19T10:00:00Z without
}

// span is how long ago the oldest vulnerability was reported.
const span = 2 * 365 * 24 * time.Hour

// Group returns all items of a group: itself, its roots, its findings with their
// markers, their vulnerabilities, and the history of both. There are no indicators
// of findings: those are the trigger's.
func Group(o Options) ([]model.Item, error) {
	o.Group, o.Organization = cmp.Or(o.Group, "harbor"), cmp.Or(o.Organization, "o1")
	o.Findings, o.PerFinding = cmp.Or(o.Findings, 50), cmp.Or(o.PerFinding, 20)
	if o.Until.IsZero() {
		o.Until = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	}
	g := &group{Options: o, random: rand.New(rand.NewPCG(o.Seed, 0))}
	g.put(model.Group{
		Name: o.Group, OrganizationID: o.Organization, CreatedDate: g.began(),
		State: model.GroupState{Status: model.GroupActive, ModifiedBy: author, ModifiedDate: g.began()},
	})
	g.addRoots()
	for n := range o.Findings {
		g.addFinding(n)
	}
	return g.items, g.err
}

// author made everything.
const author = "analyst@example.com"

// group is one in the making.
type group struct {
	Options
	random *rand.Rand
	roots  []generatedRoot
	items  []model.Item
	err    error // the first one; what follows it is not looked at
}

func (g *group) began() time.Time { return g.Until.Add(-span) }

// between draws a moment, to the second.
func (g *group) between(from, to time.Time) time.Time {
	seconds := int64(to.Sub(from) / time.Second)
	if seconds <= 0 {
		return from
	}
	return from.Add(time.Duration(g.random.Int64N(seconds)) * time.Second).Truncate(time.Second)
}

// chance is true so many times in a hundred.
func (g *group) chance(percent int) bool { return g.random.IntN(100) < percent }

func pick[T any](g *group, from []T) T { return from[g.random.IntN(len(from))] }

// put adds an entity and the history of its entries.
func (g *group) put(e interface{ Item() (model.Item, error) }, entries ...model.Entry) {
	if g.err != nil {
		return
	}
	item, err := e.Item()
	if err != nil {
		g.err = err
		return
	}
	g.items = append(g.items, item)
	key, err := model.KeyOf(item)
	if err != nil {
		g.err = err
		return
	}
	for _, entry := range entries {
		history, err := model.HistoryItem(key.PK, entry)
		if err != nil {
			g.err = err
			return
		}
		g.items = append(g.items, history)
	}
}

// score scores vectors that are known to be good: the test scores all of them.
func (g *group) score(w weakness) *model.SeverityScore {
	s, err := model.Score3x4(w.v3, w.v4)
	if err != nil && g.err == nil {
		g.err = err
	}
	return &s
}

func (g *group) addFinding(n int) {
	w := weaknesses()[n%len(weaknesses())]
	created := g.between(g.began(), g.began().Add(span/4))
	status := model.FindingApproved
	if g.chance(6) {
		status = pick(g, []model.FindingStatus{model.FindingCreated, model.FindingSubmitted, model.FindingRejected})
	}
	first := model.FindingState{Status: model.FindingCreated, ModifiedBy: author, ModifiedDate: created, Source: "ANALYST"}
	f := model.Finding{
		ID: fmt.Sprintf("f%03d", n+1), GroupName: g.Group, Creation: &first, State: first, SeverityScore: g.score(w),
		Title: fmt.Sprintf("%s in the %s", w.title, components()[n/len(weaknesses())%len(components())]),
	}
	entries := []model.Entry{first}
	if status != model.FindingCreated {
		f.State.Status, f.State.ModifiedDate = status, created.Add(36*time.Hour)
		entries = append(entries, f.State)
	}
	g.put(marker(f.ID))
	g.put(f, entries...)
	for k := range g.PerFinding {
		g.addVulnerability(f, w, k)
	}
}

// marker keeps the id of a finding unique.
type marker string

// Item returns the marker as an item with its key.
func (m marker) Item() (model.Item, error) {
	key, err := model.MarkerKey(string(m))
	if err != nil {
		return nil, err
	}
	item := key.Item()
	item["id"] = &types.AttributeValueMemberS{Value: string(m)}
	return item, nil
}
