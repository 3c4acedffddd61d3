package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/stillwater-streams/stillwater/harness/daemon/control"
)

type consumeStatus struct {
	PID  int  `name:"pid" help:"Of several that run, the one of this process." placeholder:"N"`
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements kong's command.
func (c *consumeStatus) Run(env *environment, _ *int) error {
	running, err := daemons(env, c.PID)
	if err != nil {
		return err
	}
	var all []control.Status
	for _, d := range running {
		all = append(all, d.status)
	}
	if c.JSON {
		return json.NewEncoder(env.out).Encode(all)
	}
	for _, s := range all {
		if err := printStatus(env.out, s); err != nil {
			return err
		}
	}
	return nil
}

// printStatus is a table of the mappings of a daemon.
func printStatus(w io.Writer, s control.Status) error {
	fmt.Fprintf(w, "process %d: %s, region %s, access key %s, since %s\n",
		s.PID, s.Endpoint, s.Region, s.AccessKey, s.Since.Local().Format("2006-01-02 15:04:05"))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, m := range s.Mappings {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", m.Trigger, m.Table, m.State, doing(m))
	}
	return table.Flush()
}

// doing says what a mapping does, or why it does not.
func doing(m control.Mapping) string {
	var parts []string
	if m.Why != "" {
		parts = append(parts, m.Why)
	}
	for _, shard := range m.Shards {
		text := shard.State + " behind " + shard.Position
		if len(shard.Open) > 0 {
			text += ": " + strings.Join(shard.Open, ", ")
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// mappingArg names a mapping of a daemon that runs.
type mappingArg struct {
	Trigger string `arg:"" help:"Name of the trigger."`
	PID     int    `name:"pid" help:"Of several that run the trigger, the one of this process." placeholder:"N"`
}

type consumePause struct{ mappingArg }

// Run implements kong's command.
func (c *consumePause) Run(env *environment, _ *int) error {
	return c.do(env, "paused", (*control.Client).Pause, func(control.Mapping) bool { return true })
}

type consumeResume struct{ mappingArg }

// Run implements kong's command.
func (c *consumeResume) Run(env *environment, _ *int) error {
	return c.do(env, "resumed", (*control.Client).Resume, func(m control.Mapping) bool { return m.State == control.Paused })
}

// do finds the one daemon that is meant: that runs the trigger, or, of several
// that do, the one whose mapping is in the state that is to be changed.
func (c *mappingArg) do(env *environment, done string, call func(*control.Client, context.Context, string) error, fits func(control.Mapping) bool) error {
	running, err := daemons(env, c.PID)
	if err != nil {
		return err
	}
	var with, fitting []daemonThere
	var names []string
	for _, d := range running {
		for _, m := range d.status.Mappings {
			names = append(names, m.Trigger)
			if m.Trigger != c.Trigger {
				continue
			}
			with = append(with, d)
			if fits(m) {
				fitting = append(fitting, d)
			}
		}
	}
	if len(fitting) > 0 {
		with = fitting
	}
	switch len(with) {
	case 0:
		return usage{fmt.Errorf("no trigger %s runs; there are: %s", c.Trigger, strings.Join(names, ", "))}
	case 1:
	default:
		return usage{fmt.Errorf("trigger %s runs in processes %s: name one with --pid", c.Trigger, pids(with))}
	}
	if err := call(with[0].client, env.ctx, c.Trigger); err != nil {
		return usage{err}
	}
	fmt.Fprintf(env.out, "%s %s\n", c.Trigger, done)
	return nil
}

// daemonThere is a daemon that runs, and how it was doing.
type daemonThere struct {
	client *control.Client
	status control.Status
}

// daemons asks all that run, or the one of a process. None is an error.
func daemons(env *environment, pid int) ([]daemonThere, error) {
	clients, err := control.Find(env.ctx, control.Dir(env.getenv))
	if err != nil {
		return nil, err
	}
	var all []daemonThere
	for _, c := range clients {
		if pid != 0 && c.PID != pid {
			continue
		}
		status, err := c.Status(env.ctx)
		if err != nil { // it stops at this moment, or is stuck; others are not
			env.progress("stillwater: " + err.Error())
			continue
		}
		all = append(all, daemonThere{c, status})
	}
	if len(all) == 0 {
		return nil, errNoDaemon
	}
	return all, nil
}

var errNoDaemon = errors.New("no stillwater consume runs here: start one with stillwater consume --endpoint http://127.0.0.1:8000")

func pids(all []daemonThere) string {
	var texts []string
	for _, d := range all {
		texts = append(texts, fmt.Sprint(d.client.PID))
	}
	return strings.Join(texts, ", ")
}
