package indicators

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Recompute brings the indicators of one finding up to date, outside any batch: for
// a back-fill after a new or corrected indicator. It does what [Trigger.Handle] does
// for a record of the finding, and returns how often it wrote: 0 when all was right
// or there is no such finding.
func (t *Trigger) Recompute(ctx context.Context, finding string) (writes int, err error) {
	if err := t.ready(); err != nil {
		return 0, err
	}
	writes, err = t.settle(ctx, task{finding: finding})
	if err != nil {
		return writes, fmt.Errorf("indicators: finding %s: %w", finding, err)
	}
	return writes, nil
}

// Drift is an indicator whose stored value is not what the items say.
type Drift struct {
	Indicator string
	Stored    types.AttributeValue // nil = absent
	Computed  types.AttributeValue // nil = absent
}

// Drift returns what [Trigger.Recompute] would change, sorted by indicator, and
// writes nothing. A finding that does not exist has none.
func (t *Trigger) Drift(ctx context.Context, finding string) ([]Drift, error) {
	if err := t.ready(); err != nil {
		return nil, err
	}
	item, err := t.readFinding(ctx, finding)
	if err != nil {
		return nil, fmt.Errorf("indicators: finding %s: %w", finding, err)
	}
	if item == nil {
		return nil, nil
	}
	state, err := t.read(ctx, item, task{finding: finding})
	if err != nil {
		return nil, fmt.Errorf("indicators: finding %s: %w", finding, err)
	}
	stored := state.snapshot.Finding.Indicators
	var drift []Drift
	for _, d := range compare(stored, Compute(state.snapshot)) {
		drift = append(drift, Drift{Indicator: d.name, Stored: stored[d.name], Computed: d.value})
	}
	return drift, nil
}
