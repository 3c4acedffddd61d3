package settle

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Verdict is what [Settle] found out about a settled world.
type Verdict struct {
	// Invocations made while settling.
	Invocations int
	// Rounds of refresh, pass, check and fence; 1 if nothing had to be repeated.
	Rounds int
	// Virtual is how far timers moved the virtual clock.
	Virtual time.Duration
}

// Settle drives w until it is settled.
//
// It returns a [*NotSettled] when the world cannot settle or used up its budget;
// any other error means that the world could not be looked at.
func Settle(ctx context.Context, w World, f Fence, budget Budget) (Verdict, error) {
	s := &settling{world: w, fence: f, budget: budget.withDefaults(), began: w.Now()}
	s.meter.budget = s.budget
	err := s.run(ctx)
	s.verdict.Virtual = w.Now().Sub(s.began)
	return s.verdict, err
}

type settling struct {
	world   World
	fence   Fence
	budget  Budget
	meter   Meter
	began   time.Time
	verdict Verdict
	idle    int // rounds in a row whose fences disagreed though no handler ran
}

func (s *settling) run(ctx context.Context) error {
	f, err := s.fence.Mark(ctx)
	if err != nil {
		return fmt.Errorf("settle: fence: %w", err)
	}
	for {
		s.verdict.Rounds++
		invocations, err := s.drain(ctx)
		if err != nil {
			return err
		}
		if open := s.world.Open(ctx); len(open) > 0 {
			if err := s.await(open); err != nil {
				return err
			}
			continue
		}
		// Nothing may start from here until the verdict: the loop is the only
		// one that starts invocations, and it does not.
		g, err := s.fence.Mark(ctx)
		if err != nil {
			return fmt.Errorf("settle: fence: %w", err)
		}
		if g == f+1 {
			return nil
		}
		if err := s.disagree(invocations, f, g); err != nil {
			return err
		}
		f = g
	}
}

// drain reads and delivers until a pass has nothing to deliver.
func (s *settling) drain(ctx context.Context) (invocations int, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return invocations, fmt.Errorf("settle: %w", context.Cause(ctx))
		}
		if err := s.world.Refresh(ctx); err != nil {
			return invocations, fmt.Errorf("settle: refresh shards: %w", err)
		}
		n, err := s.world.Pass(ctx, &s.meter)
		invocations += n
		s.verdict.Invocations += n
		if over := (*overBudget)(nil); errors.As(err, &over) {
			return invocations, &NotSettled{Why: over.why, Open: s.world.Open(ctx), Last: over.last}
		}
		if err != nil {
			return invocations, fmt.Errorf("settle: pass: %w", err)
		}
		if n == 0 {
			return invocations, nil
		}
	}
}

// await jumps to the next timer, if timers are all that is left.
func (s *settling) await(open []Obligation) error {
	at, onlyTimers := earliest(open)
	if !onlyTimers {
		return &NotSettled{Why: fmt.Sprintf("%d left open", len(open)), Open: open}
	}
	if used := at.Sub(s.began); used > s.budget.Virtual {
		return &NotSettled{
			Why:  fmt.Sprintf("the next timer is %v of virtual time away (allowed: %v)", used, s.budget.Virtual),
			Open: open,
		}
	}
	s.world.Advance(at)
	return nil
}

// disagree counts rounds in which something was written although no handler ran.
func (s *settling) disagree(invocations int, f, g uint64) error {
	if g <= f {
		return fmt.Errorf("settle: fence went from %d to %d: the counter of this engine does not only grow", f, g)
	}
	if invocations > 0 {
		s.idle = 0
		return nil
	}
	s.idle++
	if s.idle < s.budget.Rounds {
		return nil
	}
	return &NotSettled{Why: fmt.Sprintf(
		"%d writes lie between the last two fences though no handler ran, %d rounds in a row: something outside this run writes to its database", g-f-1, s.idle)}
}
