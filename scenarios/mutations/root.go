package mutations

import (
	"context"
	"fmt"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// root is one as the table holds it.
type root struct {
	model.Root
	item model.Item
}

// readRoot finds a root by its id alone.
func readRoot(ctx context.Context, w harness.Writer, id string) (*root, error) {
	items, err := query(ctx, w, byPrefix("ROOT#"+id, "GROUP#"))
	if err != nil {
		return nil, fmt.Errorf("%s: read root: %w", id, err)
	}
	if len(items) == 0 {
		return nil, fmt.Errorf("%s: there is no such root", id)
	}
	r, err := model.ParseRoot(items[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id, err)
	}
	return &root{Root: r, item: items[0]}, nil
}

// requireGroup makes sure that there is an active group of a name.
func requireGroup(ctx context.Context, w harness.Writer, name string) error {
	items, err := query(ctx, w, byPrefix("GROUP#"+name, "ORG#"))
	if err != nil {
		return fmt.Errorf("%s: read group: %w", name, err)
	}
	if len(items) == 0 {
		return fmt.Errorf("%s: there is no such group", name)
	}
	g, err := model.ParseGroup(items[0])
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if problem := mustBe("state", g.State.Status, model.GroupActive); problem != "" {
		return fmt.Errorf("%s: %s", name, problem)
	}
	return nil
}

// deactivate writes that a root went to another group. Roots have no history.
func (r *root) deactivate(ctx context.Context, w harness.Writer, by string) error {
	next := r.State
	next.Status, next.Reason = model.RootInactive, reasonMoved
	next.ModifiedBy, next.ModifiedDate = by, stamp(w.Now, r.State.ModifiedDate)
	u := newUpdate(r.item)
	u.setMap("state", next.Item())
	u.ifUnchanged(r.item, "state")
	return u.run(ctx, w)
}
