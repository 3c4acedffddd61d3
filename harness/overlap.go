package harness

import (
	"context"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/settle"
)

// overlap is a pass in which invocations may run at the same time, those of one
// lane still one after the other: which do, and in what order, the seed says.
func (a *attempt) overlap(ctx context.Context, m *settle.Meter) (invocations int, err error) {
	for {
		waiting, err := a.waiting(ctx)
		if err != nil {
			return invocations, err
		}
		if len(waiting) == 0 {
			if open, _, _ := a.jobs.count(); open == 0 {
				return invocations, nil
			}
			if err := a.runJobs(ctx, m); err != nil {
				return invocations, err
			}
			continue
		}
		a.pick.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
		n, err := a.invoke(ctx, m, waiting[:1+a.pick.IntN(len(waiting))]...)
		invocations += n
		if err != nil {
			return invocations, err
		}
	}
}

// waiting lists the invocations that all lanes want, after everything else that
// they want was done.
func (a *attempt) waiting(ctx context.Context) (list []*invocation, err error) {
	for _, s := range a.mappings {
		for _, d := range s.shards {
			if !d.ready() {
				continue
			}
			actions, err := d.clear(ctx)
			if err != nil {
				return nil, err
			}
			for _, action := range actions {
				if i, ok := action.(core.Invoke); ok {
					list = append(list, &invocation{shard: d, action: i})
				}
			}
		}
	}
	return list, nil
}

// clear does what a shard wants until it wants nothing but invocations, to wait, or
// to read where there is nothing to read.
func (d *shard) clear(ctx context.Context) ([]core.Action, error) {
	for drained := false; ; {
		actions := d.core.Next(d.source.attempt.clock.Now())
		todo := false
		for _, action := range actions {
			switch action := action.(type) {
			case core.Invoke, core.Wait, core.Done:
				continue
			case core.Read:
				if drained {
					continue
				}
				n, err := d.look(ctx, action.Limit)
				if err != nil {
					return nil, err
				}
				drained = n == 0
			default:
				if err := d.act(ctx, action); err != nil {
					return nil, err
				}
			}
			todo = true
			break
		}
		if !todo {
			return actions, nil
		}
	}
}
