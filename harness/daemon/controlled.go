package daemon

import (
	"errors"
	"fmt"
	"os"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness/daemon/control"
)

var _ control.Daemon = (*daemon)(nil)

// Status implements control.Daemon.
func (d *daemon) Status() control.Status {
	s := control.Status{
		PID: os.Getpid(), Endpoint: d.options.Endpoint, Region: d.options.Region, AccessKey: d.options.AccessKey, Since: d.since,
	}
	for _, t := range d.tables {
		s.Mappings = append(s.Mappings, t.status()...)
	}
	return s
}

// Pause implements control.Daemon.
func (d *daemon) Pause(trigger string) error {
	t, err := d.tableOf(trigger)
	if err != nil {
		return err
	}
	if !t.pauseFor(trigger, "stillwater consume pause") {
		return fmt.Errorf("it is paused already: %s", t.reason(trigger))
	}
	d.print(Line{Event: EventPaused, Trigger: trigger, Text: "by stillwater consume pause", Command: ResumeCommand(trigger)})
	return nil
}

// Resume implements control.Daemon.
func (d *daemon) Resume(trigger string) error {
	t, err := d.tableOf(trigger)
	if err != nil {
		return err
	}
	if t.reason(trigger) == "" {
		return errors.New("it is not paused")
	}
	d.print(Line{Event: EventResumed, Trigger: trigger})
	t.resume(trigger)
	return nil
}

// tableOf is the table of a trigger that runs.
func (d *daemon) tableOf(trigger string) (*table, error) {
	names := map[string]bool{}
	for _, t := range d.tables {
		for _, other := range t.triggers {
			if other.Mapping.Trigger == trigger {
				return t, nil
			}
			names[other.Mapping.Trigger] = true
		}
	}
	return nil, known("trigger", trigger, names)
}

// status is that of the mappings of a table.
func (t *table) status() []control.Mapping {
	t.mu.Lock()
	c, problem := t.consumer, t.problem
	t.mu.Unlock()
	running := map[string]consumer.MappingStatus{}
	if c != nil {
		for _, m := range c.Status() {
			running[m.Mapping] = m
		}
	}
	var all []control.Mapping
	for _, trigger := range t.triggers {
		name := trigger.Mapping.Trigger
		m := control.Mapping{Trigger: name, Table: t.name, State: control.Running, Invocations: running[name].Running}
		if problem != "" {
			m.State, m.Why = control.Waiting, problem
		}
		if reason := t.reason(name); reason != "" {
			m.State, m.Why = control.Paused, reason
		}
		for _, s := range running[name].Shards {
			if s.State != consumer.ShardDone {
				m.Shards = append(m.Shards, control.Shard{ID: s.ShardID, State: string(s.State), Position: s.Position.String(), Open: s.Open})
			}
		}
		all = append(all, m)
	}
	return all
}
