package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness/daemon"
	"github.com/stillwater-streams/stillwater/harness/daemon/control"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

type upCommand struct {
	projectFlags
	engineFlag
	Fixture string        `arg:"" optional:"" help:"What the tables hold at first: a fixture, or a scenario, whose fixture it is; empty tables without."`
	Port    int           `help:"Port of 127.0.0.1 for the database; 0 is one that is free." default:"0" placeholder:"N"`
	Poll    time.Duration `help:"How often to read a shard that has nothing new." default:"250ms" placeholder:"D"`
	JSON    bool          `name:"json" help:"Print one JSON object a line for what the triggers do."`
}

// Run implements kong's command.
func (c *upCommand) Run(env *environment, _ *int) (err error) {
	l, err := c.load(env, nil)
	if err != nil {
		return err
	}
	from, err := fixtureOf(l.all, c.Fixture)
	if err != nil {
		return usage{err}
	}
	e, err := env.team.Engine(env.ctx, c.Engine, env.progress)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close(context.WithoutCancel(env.ctx))) }()
	db, err := e.Open(env.ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if !reachable(db.Endpoint) {
		return usage{fmt.Errorf("up: engine %s has no endpoint that other programs could use: --engine container has one", e.Name())}
	}
	fixture, now := from.Fixture, from.Start
	if err := l.project.Seed(env.ctx, db.Config(nil), fixture, now); err != nil {
		return usage{err}
	}
	endpoint, closed, err := forward(env.ctx, c.Port, db.Endpoint)
	if err != nil {
		return err
	}
	defer closed()
	c.announce(env, l, db, endpoint)
	return runDaemon(env, c.JSON, daemon.Options{
		Project: l.project, Endpoint: endpoint, Region: db.Region, AccessKey: db.AccessKey, Poll: c.Poll,
		Sockets: control.Dir(env.getenv),
	})
}

// reachable tells whether other programs can connect to an endpoint: that of the
// memory engine has a name that means nothing (RFC 2606).
func reachable(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Hostname() != "" && !strings.HasSuffix(u.Hostname(), ".invalid")
}

// fixtureOf finds a scenario that has the fixture, or is of that name; one without
// either for no name.
func fixtureOf(all []*scenario.Scenario, name string) (*scenario.Scenario, error) {
	if name == "" {
		return &scenario.Scenario{}, nil
	}
	plain := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(name, "fixtures/"), "scenarios/"), ".yaml")
	var names []string
	for _, s := range all {
		if s.Name == plain || s.Fixture != nil && s.Fixture.Name == plain {
			return s, nil
		}
		if s.Fixture != nil && s.Fixture.Name != "" {
			names = append(names, s.Fixture.Name)
		}
	}
	return nil, fmt.Errorf("up: no fixture and no scenario %q; fixtures are:\n  %s", name, strings.Join(sortedKeys(set(names)), "\n  "))
}

func set(names []string) map[string]bool {
	m := map[string]bool{}
	for _, name := range names {
		m[name] = true
	}
	return m
}

// announce says how to reach the database. With --json it stays out of the output.
func (c *upCommand) announce(env *environment, l loaded, db *engine.Database, endpoint string) {
	out := env.out
	if c.JSON {
		out = env.err
	}
	fmt.Fprintf(out, "tables: %s\n", strings.Join(tableNames(l.project), ", "))
	fmt.Fprintf(out, "AWS_ENDPOINT_URL_DYNAMODB=%s AWS_REGION=%s AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=local\n", endpoint, db.Region, db.AccessKey)
	fmt.Fprintln(out, "stop with Ctrl-C; nothing is kept")
}
