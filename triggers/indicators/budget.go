package indicators

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// DefaultReserve is enough to submit a job, with the retries of the SDK, and for the
// telemetry to be sent.
const DefaultReserve = 10 * time.Second

// Job takes the findings for which an invocation has no time: package recompute has
// jobs, and makes one of these of them.
type Job interface {
	// Submit hands findings over by their ids, and returns an id to follow the job by.
	// Without an error the work is accepted: the job computes each of them by
	// [Trigger.Recompute], some time later.
	Submit(ctx context.Context, findings []string) (id string, err error)
}

// budget is the part of ctx in which findings are computed: all but the reserve, if
// there is a job that takes the rest. What is left of the time is real time, as the
// deadline is.
func (t *Trigger) budget(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if t.job == nil || !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-t.reserve))
}

// handOver gives the findings of the tasks from the nth on to the job, all in one
// request; if there is no time even for that, it is an error. The images that the
// batch knows stay behind: when the job reads, the index has caught up with them.
func (t *Trigger) handOver(ctx context.Context, tasks []task, n int) error {
	rest := tasks[n:]
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("indicators: %d of %d findings not computed: %w", len(rest), len(tasks), err)
	}
	var findings []string
	for _, task := range rest {
		findings = append(findings, task.finding)
	}
	id, err := t.job.Submit(ctx, findings)
	if err != nil {
		return fmt.Errorf("indicators: hand over %d of %d findings: %w", len(rest), len(tasks), err)
	}
	t.log.LogAttrs(ctx, slog.LevelInfo, "findings handed over to a job", slog.Int("findings", len(findings)), slog.String("job", id))
	return nil
}
