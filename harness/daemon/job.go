package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// given is all that a handler or a job of a trigger may reach.
func (d *daemon) given(trigger string, actor *gate.Actor) harness.Environment {
	return harness.Environment{
		AWS: actor.Config(), HTTP: actor.HTTP(), Now: d.clock.Now, Log: d.logger(trigger),
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, // who is asked is in this process
		Submit: func(ctx context.Context, j harness.Job) (string, error) {
			return d.submit(ctx, trigger, actor, j)
		},
	}
}

// submit has a job run in this process, beside everything else.
func (d *daemon) submit(ctx context.Context, trigger string, actor *gate.Actor, j harness.Job) (string, error) {
	if j.Run == nil || j.Name == "" {
		return "", errors.New("submit a job: Name or Run is missing: say what it is, and what it does")
	}
	var id trace.ID
	err := actor.Call(ctx, "SubmitJob", j.Name, func(by *gate.Task) error {
		id = d.causes.submitted(trigger, by, j.Name)
		d.jobs.Go(func() { d.runJob(trigger, id, by.Depth+1, j) })
		return nil
	})
	return string(id), err
}

// submitted notes a job that a task submits.
func (c *causes) submitted(trigger string, by *gate.Task, name string) trace.ID {
	id := c.log.Mint(trace.TypeJob)
	c.log.Append(trace.Event{Kind: trace.JobSubmitted, ID: id, Actor: trigger, Cause: []trace.ID{by.ID}, Depth: by.Depth + 1, Note: name})
	return id
}

func (d *daemon) runJob(trigger string, id trace.ID, depth int, j harness.Job) {
	defer d.sink.Run(trigger + " " + string(id))()
	actor := d.gate.Actor(trigger)
	err := errNoReturn
	d.gate.Do(d.work, &gate.Task{Actor: actor, ID: id, Depth: depth, Do: func(ctx context.Context) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		err = j.Run(ctx, d.given(trigger, actor))
	}})
	text := fmt.Sprintf("job %s: %s: done", id, j.Name)
	if err != nil {
		text = fmt.Sprintf("job %s: %s: failed, and is not tried again: %v", id, j.Name, err)
	}
	d.print(Line{Event: EventJob, Trigger: trigger, Text: text})
}

// awaitJobs waits for the jobs that run, as long as a stop waits for handlers.
func (d *daemon) awaitJobs() {
	limit, cancel := context.WithTimeout(d.work, stopTimeout)
	defer cancel()
	go func() {
		defer cancel()
		d.jobs.Wait()
	}()
	<-limit.Done()
}
