package indicators

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// maxWrites bounds the writes of one finding in one invocation, beside its
// deadline. Each further one means that somebody else changed the finding in the
// milliseconds between, as an upload of 500 vulnerabilities does all the while: the
// live run of that scenario failed with a bound of 5, its batch went to the
// on-failure queue.
const maxWrites = 500

// ErrUnsettled is what a finding ends with that was changed by others every time
// it was written. The batch is to be retried.
var ErrUnsettled = errors.New("changed by others at every write: retry the batch")

// settle reads, computes and writes one finding until what is stored agrees with
// what is computed from a reading made after the last write. It returns how often
// it wrote.
//
// After a refused write everything is read again. After a write that took effect,
// which returns the finding, the vulnerabilities are: two computations of one
// finding may run beside each other, and the older may write last, because the
// newer found nothing to change; whoever writes last looks once more, and sees the
// truth. What changed in the finding itself since has a record of its own, which
// computes it again.
func (t *Trigger) settle(ctx context.Context, task task) (writes int, err error) {
	var finding model.Item // as it was last seen; nil = to be read
	conflicts := 0
	for {
		if finding == nil {
			if finding, err = t.readFinding(ctx, task.finding); finding == nil || err != nil {
				return writes, err
			}
		}
		state, err := t.read(ctx, finding, task)
		if err != nil {
			return writes, err
		}
		changes := compare(state.snapshot.Finding.Indicators, Compute(state.snapshot))
		if len(changes) == 0 {
			return writes, nil
		}
		if writes+conflicts == maxWrites {
			return writes, fmt.Errorf("%w (%d writes, %d of them refused)", ErrUnsettled, maxWrites, conflicts)
		}
		finding, err = t.write(ctx, state, changes)
		var refused *types.ConditionalCheckFailedException
		switch {
		case errors.As(err, &refused):
			conflicts++
		case err != nil:
			return writes, fmt.Errorf("write: %w", err)
		default:
			writes++
		}
	}
}
