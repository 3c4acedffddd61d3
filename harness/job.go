package harness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// FailedJob is a [Job] that returned an error, or panicked.
type FailedJob struct {
	ID trace.ID
	// Name of the job, and the trigger that submitted it.
	Name, Trigger string
	Err           error
}

// job is one [Job] of an attempt.
type job struct {
	Job
	id    trace.ID
	env   *environment // of its own
	depth int
	task  *gate.Task
	ended chan jobEnd // one that is given up may end when nobody listens

	unsuspect func() // tells the sink that it has ended
}

// jobEnd is how a job ended.
type jobEnd struct {
	err  error
	took time.Duration
}

// jobs are those of an attempt. Handlers submit them from their goroutines.
type jobs struct {
	mu      sync.Mutex
	waiting []*job // in the order in which they were submitted
	running []*job
	unspent []*job // that ended, and the budget does not know of
	failed  []FailedJob
	ended   int
	changed chan struct{} // closed at the next change
}

// submit is [Environment].Submit.
func (e *environment) submit(ctx context.Context, j Job) (string, error) {
	if j.Run == nil || j.Name == "" {
		return "", errors.New("submit a job: Name or Run is missing: say what it is, and what it does")
	}
	var id trace.ID
	err := e.actor.Call(ctx, "SubmitJob", j.Name, func(by *gate.Task) error {
		id = e.source.accept(by, j)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("submit job %s: %w", j.Name, err)
	}
	return string(id), nil
}

// accept notes a job that a task submits.
func (s *source) accept(by *gate.Task, j Job) trace.ID {
	a, trigger := s.attempt, s.trigger.Mapping.Trigger
	accepted := &job{
		Job: j, id: a.log.Mint(trace.TypeJob), depth: by.Depth + 1, ended: make(chan jobEnd, 1),
		env: &environment{source: s, actor: a.gate.Actor(trigger)},
	}
	accepted.task = &gate.Task{Actor: accepted.env.actor, ID: accepted.id, Depth: accepted.depth, Do: accepted.do}
	a.log.Append(trace.Event{
		Kind: trace.JobSubmitted, ID: accepted.id, Actor: trigger, Cause: []trace.ID{by.ID}, Depth: accepted.depth, Note: j.Name,
	})
	a.jobs.add(accepted)
	return accepted.id
}

// do is the work of its task.
func (j *job) do(ctx context.Context) {
	took := elapsing()
	err := errNoReturn
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		j.ended <- jobEnd{err, took()}
	}()
	err = j.Run(ctx, j.env.given())
}

// beginJob notes that a job runs from here on, as a task of the gate.
func (a *attempt) beginJob(j *job) *gate.Task {
	trigger := j.env.source.trigger.Mapping.Trigger
	a.log.Append(trace.Event{Kind: trace.JobStart, ID: j.id, Actor: trigger, Depth: j.depth, Note: j.Name})
	j.unsuspect = a.harness.sink.Run(trigger + " " + string(j.id) + " " + a.run)
	return j.task
}

// endJob notes how a job ended.
func (a *attempt) endJob(j *job) {
	end := jobEnd{err: errNoReturn}
	select {
	case end = <-j.ended:
	default:
	}
	a.worked()
	e := trace.Event{Kind: trace.JobEnd, ID: j.id, Actor: j.env.source.trigger.Mapping.Trigger, Depth: j.depth, Took: end.took, Note: "ok"}
	if end.err != nil {
		e.Note = end.err.Error()
	}
	a.log.Append(e)
	a.jobs.over(j, end.err)
}

// runJobs runs the jobs that wait, one after the other, and those that they submit.
func (a *attempt) runJobs(ctx context.Context, m *settle.Meter) error {
	for list := a.jobs.take(nil); len(list) > 0; list = a.jobs.take(nil) {
		if err := a.runBeside(ctx, list, nil); err != nil {
			return err
		}
		if err := a.spendJobs(m); err != nil {
			return err
		}
	}
	return nil
}

// jobsAlong are the jobs that are to run beside invocations: which, the seed says.
// In the default order none does.
func (a *attempt) jobsAlong() []*job {
	if a.pick == nil || !a.log.SetupEnded() {
		return nil
	}
	return a.jobs.take(a.pick)
}

// runBeside runs jobs and other tasks at the same time.
func (a *attempt) runBeside(ctx context.Context, list []*job, others []*gate.Task) error {
	var tasks []*gate.Task
	for _, j := range list {
		tasks = append(tasks, a.beginJob(j))
	}
	err := a.gate.Run(ctx, append(tasks, others...)...)
	for _, j := range list {
		j.unsuspect()
	}
	if err != nil {
		return err
	}
	for _, j := range list {
		a.gate.Leftovers(ctx, a.harness.options.Grace) // what it left behind is given time to end before it is noted
		a.noteLate()
		a.endJob(j)
	}
	return nil
}

// spendJobs counts the jobs that have ended.
func (a *attempt) spendJobs(m *settle.Meter) error {
	for _, j := range a.jobs.spent() {
		if err := m.Spend(0, j.depth, j.id); err != nil {
			return err
		}
	}
	return nil
}

// jobsOpen lists the jobs that have not ended.
func (a *attempt) jobsOpen() []settle.Obligation {
	a.jobs.mu.Lock()
	defer a.jobs.mu.Unlock()
	var open []settle.Obligation
	for _, j := range slices.Concat(a.jobs.running, a.jobs.waiting) {
		open = append(open, settle.Obligation{
			ID: j.id, What: fmt.Sprintf("%s of %s, a job, has not ended: %s", j.id, j.env.source.trigger.Mapping.Trigger, j.Name),
			Since: a.clock.Now(), Discharge: "the job returns",
		})
	}
	return open
}

func (s *jobs) add(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, j)
	s.change()
}

// take takes jobs that wait, to run them: the first of them, or with pick some that
// it picks, and maybe none.
func (s *jobs) take(pick *rand.Rand) []*job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return nil
	}
	n := 1
	if pick != nil {
		pick.Shuffle(len(s.waiting), func(i, j int) { s.waiting[i], s.waiting[j] = s.waiting[j], s.waiting[i] })
		n = pick.IntN(len(s.waiting) + 1)
	}
	list := slices.Clone(s.waiting[:n])
	s.waiting = slices.Delete(s.waiting, 0, n)
	s.running = append(s.running, list...)
	return list
}

func (s *jobs) over(j *job, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = slices.DeleteFunc(s.running, func(r *job) bool { return r == j })
	s.ended++
	s.unspent = append(s.unspent, j)
	if err != nil {
		s.failed = append(s.failed, FailedJob{j.id, j.Name, j.env.source.trigger.Mapping.Trigger, err})
	}
	s.change()
}

// spent takes the jobs that ended since the last call.
func (s *jobs) spent() []*job {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.unspent
	s.unspent = nil
	return list
}

// failures are the jobs that failed, in the order in which they ended.
func (s *jobs) failures() []FailedJob {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.failed)
}

// count is how many jobs are open and how many have ended. The channel is closed
// when that is no longer so.
func (s *jobs) count() (open, ended int, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	return len(s.waiting) + len(s.running), s.ended, s.changed
}

// still reports whether no job is open and no more than that many have ended.
func (s *jobs) still(ended int) bool {
	open, now, _ := s.count()
	return open == 0 && now == ended
}

func (s *jobs) change() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}
