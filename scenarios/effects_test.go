package scenarios_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// effects are the requests that a receiver acts on which drops what it has had under
// the same idempotency key. What comes again must be the same.
func effects(t *testing.T, requests []harness.Request) []harness.Request {
	t.Helper()
	var list []harness.Request
	for _, r := range requests {
		if r.Key == "" {
			t.Errorf("%s %s has no idempotency key", r.Method, r.URL)
		}
		if r.Status < 200 || r.Status > 299 {
			continue // the receiver says that it has not had it
		}
		r.Again = false
		i := slices.IndexFunc(list, func(had harness.Request) bool { return had.Key == r.Key })
		if i < 0 {
			list = append(list, r)
		} else if diff := cmp.Diff(list[i], r); diff != "" {
			t.Errorf("two requests under the key %s (-first +then):\n%s", r.Key, diff)
		}
	}
	return list
}

// sameEffects runs scenarios as they are: a receiver comes to the same.
func sameEffects(t *testing.T, h *harness.Harness, all []*scenario.Scenario, redelivered map[string][]harness.Request) {
	for _, sc := range all {
		if len(redelivered[sc.Name]) == 0 {
			continue
		}
		r, err := h.Run(context.Background(), sc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(effects(t, r.Requests), effects(t, redelivered[sc.Name])); diff != "" {
			t.Errorf("%s: effects (-once +redelivered):\n%s", sc.Name, diff)
		}
	}
}
