package lease

import (
	"cmp"
	"slices"
)

// Shard is what the rules here need to know of a shard of the stream. It
// converts from a consumer.Shard.
type Shard struct {
	ID       string
	ParentID string // "" for a root
	Closed   bool
}

// Missing returns the leases to create for a stream whose shards are all listed,
// sorted by Key. Create them whenever the stream was listed, and as soon as a
// shard has ended: its children are due then.
//
// A shard gets a lease when its parent has ended (K2), or has none and will get
// none. A shard whose child, or child's child, has a lease gets none: it was
// dealt with and its row deleted, or it lay before the start. The first shards
// stand at start, TRIM_HORIZON or LATEST; with LATEST those that are closed get
// none. All others begin at TRIM_HORIZON, so that nothing between parent and
// child is lost.
func Missing(shards []Shard, leases []Lease, start string) []Lease {
	g := newGraph(shards, leases)
	var missing []Lease
	for _, s := range shards {
		if !g.wants(s, start) {
			continue
		}
		parent, leased := g.leases[s.ParentID]
		if listed, ok := g.shards[s.ParentID]; leased && !parent.Ended() || ok && g.wants(listed, start) {
			continue
		}
		l := Lease{Key: s.ID, Checkpoint: TrimHorizon}
		if s.ParentID != "" {
			l.Parents = []string{s.ParentID}
		}
		if !g.descends(s) {
			l.Checkpoint = cmp.Or(start, TrimHorizon)
		}
		missing = append(missing, l)
	}
	slices.SortFunc(missing, func(a, b Lease) int { return cmp.Compare(a.Key, b.Key) })
	return missing
}

// Deletable returns the leases to delete, by the rules of the KCL: only ended
// ones, and of those
//
//   - each whose children all have leases and are being processed (a record of
//     them is dealt with, or they have ended), and whose parents' rows are gone:
//     the row is a tombstone until then, without which the children would not be
//     known to be next;
//   - each whose shard is not in the stream any more, unless a child that is has
//     no lease yet.
//
// shards must be all shards of the stream: a row that is deleted while its shard
// is not listed by mistake would be created anew and read from the start.
func Deletable(shards []Shard, leases []Lease) []Lease {
	g := newGraph(shards, leases)
	var deletable []Lease
	for _, l := range leases {
		if l.Ended() && (g.succeeded(l) || g.vanished(l)) {
			deletable = append(deletable, l)
		}
	}
	return deletable
}

// graph is the lineage, from the stream and from the leases.
type graph struct {
	shards   map[string]Shard
	leases   map[string]Lease
	children map[string][]string // sorted
}

func newGraph(shards []Shard, leases []Lease) *graph {
	g := &graph{map[string]Shard{}, map[string]Lease{}, map[string][]string{}}
	add := func(parent, child string) {
		if parent != "" && !slices.Contains(g.children[parent], child) {
			g.children[parent] = append(g.children[parent], child)
		}
	}
	for _, s := range shards {
		g.shards[s.ID] = s
		add(s.ParentID, s.ID)
	}
	for _, l := range leases {
		g.leases[l.Key] = l
		for _, parent := range l.Parents {
			add(parent, l.Key)
		}
		for _, child := range l.Children {
			add(l.Key, child)
		}
	}
	return g
}

// wants says that a listed shard shall have a lease, now or when its parent has
// ended.
func (g *graph) wants(s Shard, start string) bool {
	if _, leased := g.leases[s.ID]; leased || g.leasedBelow(s.ID, map[string]bool{}) {
		return false
	}
	return start != Latest || !s.Closed || g.descends(s)
}

// leasedBelow says that a shard after this one has a lease.
func (g *graph) leasedBelow(id string, visited map[string]bool) bool {
	visited[id] = true
	return slices.ContainsFunc(g.children[id], func(child string) bool {
		_, leased := g.leases[child]
		return leased || !visited[child] && g.leasedBelow(child, visited)
	})
}

// descends says that a shard before this one has a lease.
func (g *graph) descends(s Shard) bool {
	for visited := map[string]bool{}; s.ParentID != "" && !visited[s.ParentID]; s = g.shards[s.ParentID] {
		if _, leased := g.leases[s.ParentID]; leased {
			return true
		}
		visited[s.ParentID] = true
	}
	return false
}

func (g *graph) succeeded(l Lease) bool {
	for _, parent := range l.Parents {
		if _, there := g.leases[parent]; there {
			return false
		}
	}
	children := g.children[l.Key]
	return len(children) > 0 && !slices.ContainsFunc(children, func(child string) bool {
		return !g.leases[child].processing()
	})
}

func (g *graph) vanished(l Lease) bool {
	if _, listed := g.shards[l.Key]; listed {
		return false
	}
	return !slices.ContainsFunc(g.children[l.Key], func(child string) bool {
		_, listed := g.shards[child]
		_, leased := g.leases[child]
		return listed && !leased
	})
}
