package harness

import "context"

// runJobs runs jobs in the order in which they are submitted, one after the other,
// until ctx ends. One that heeds no ctx is left behind, as a handler is that does
// not: its calls are refused.
func (l *live) runJobs(ctx context.Context) {
	defer close(l.jobless)
	for ctx.Err() == nil {
		_, _, changed := l.jobs.count()
		for _, j := range l.jobs.take(nil) {
			l.runJob(ctx, j)
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (l *live) runJob(ctx context.Context, j *job) {
	task := l.beginJob(j)
	defer j.unsuspect()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.gate.Do(ctx, task)
	}()
	select {
	case <-ended:
		l.endJob(j)
	case <-ctx.Done():
	}
}
