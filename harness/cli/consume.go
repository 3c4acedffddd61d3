package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/daemon/control"
)

// consumeCommand is the daemon of local development, and what controls it.
type consumeCommand struct {
	Run    consumeRun    `cmd:"" default:"withargs" help:"Run every enabled trigger against a local table until stopped (what consume does without more words)."`
	Status consumeStatus `cmd:"" help:"Show how the mappings of a running stillwater consume are doing."`
	Pause  consumePause  `cmd:"" help:"Let a mapping stand still; its position is kept."`
	Resume consumeResume `cmd:"" help:"Let a mapping that is paused go on."`
}

type consumeRun struct {
	projectFlags
	Endpoint    string        `required:"" help:"Endpoint of DynamoDB Local, such as http://127.0.0.1:8000; hosts of AWS are refused." placeholder:"URL"`
	Table       []string      `help:"Run the triggers of this table only; may be given again." placeholder:"NAME"`
	Trigger     []string      `help:"Run this trigger only; may be given again." placeholder:"NAME"`
	Region      string        `help:"Region of the database: without -sharedDb each region and access key has one of its own." default:"us-east-1"`
	AccessKey   string        `help:"Access key of the database." default:"local" placeholder:"KEY"`
	SecretKey   string        `help:"Secret to sign with; DynamoDB Local does not look at it." default:"local" placeholder:"KEY"`
	SqsEndpoint string        `name:"sqs-endpoint" help:"Endpoint of the on-failure queues; without, they are in this process and their messages are printed." placeholder:"URL"`
	Poll        time.Duration `help:"How often to read a shard that has nothing new." default:"250ms" placeholder:"D"`
	From        []string      `help:"Where mappings without a checkpoint begin: TRIM_HORIZON, LATEST, or TRIGGER=LATEST; without, as triggers.json says." placeholder:"POSITION"`
	Depth       int           `help:"Pause a mapping that feeds itself after so many invocations in one chain of causes." default:"16" placeholder:"N"`
	JSON        bool          `name:"json" help:"Print one JSON object a line."`
}

// Run implements kong's command.
func (c *consumeRun) Run(env *environment, _ *int) error {
	if c.Depth < 1 {
		return usage{fmt.Errorf("--depth %d: must be at least 1", c.Depth)}
	}
	project, err := c.project(env)
	if err != nil {
		return err
	}
	return runDaemon(env, c.JSON, daemon.Options{
		Project: project, Endpoint: c.Endpoint, Region: c.Region, AccessKey: c.AccessKey, SecretKey: c.SecretKey,
		SQSEndpoint: c.SqsEndpoint, Tables: c.Table, Triggers: c.Trigger, From: c.From, Poll: c.Poll, Depth: c.Depth,
		Sockets: control.Dir(env.getenv),
	})
}

// runDaemon runs the daemon until a signal. It fills in who prints, and the name
// of the worker.
func runDaemon(env *environment, asJSON bool, o daemon.Options) error {
	var names []string
	for _, t := range o.Project.Triggers {
		names = append(names, t.Mapping.Trigger, t.Mapping.Table)
	}
	o.Printer = daemon.NewText(env.out, env.color(), names)
	if asJSON {
		o.Printer = daemon.NewJSON(env.out)
	}
	o.Worker, _ = os.Hostname() // only a name for people
	ctx, stop := context.WithCancel(context.WithoutCancel(env.ctx))
	defer stop()
	// A second signal ends the process at once, whatever handlers are doing. To give
	// the signals their default meaning back would not do: a job that a script starts
	// with & has SIGINT ignored.
	second := make(chan os.Signal, 1)
	defer signal.Stop(second)
	detach := context.AfterFunc(env.ctx, func() {
		signal.Notify(second, os.Interrupt, syscall.SIGTERM)
		stop()
	})
	defer detach()
	ended := make(chan error, 1)
	go func() { ended <- daemon.Run(ctx, o) }()
	var err error
	select {
	case err = <-ended:
	case <-second:
		return nil
	}
	switch {
	case errors.Is(err, daemon.ErrUsage):
		return usage{err}
	case err != nil && env.ctx.Err() != nil: // it was stopped, though not everything has ended
		fmt.Fprintf(env.err, "stillwater: %v\n", err)
		return nil
	}
	return err
}
