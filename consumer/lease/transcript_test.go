package lease_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

// TestTranscripts replays the conversations of testdata/*.txt, which show what
// happens at each command. Commands, with a table in memory and one clock for all:
//
//	worker NAME… [failover=D] [handover=D] [steals=N]   processes that start
//	busy NAME                     it keeps what it is asked to hand over
//	row KEY… [owner=NAME] [giver=NAME] [at=SEQ]         rows, as somebody left them
//	round NAME…                   each renews, plans, and does what the plan says
//	renew NAME…                   each only renews
//	plan NAME                     what it would do, and why
//	settle NAME…                  rounds of all, 2 s apart, until nobody moves
//	checkpoint NAME KEY SEQ
//	end NAME KEY                  the shard is read out
//	stop NAME                     it releases everything and stops
//	kill NAME                     it is gone, with all it knew
//	forget NAME KEY               it does not work on the lease any more
//	advance D                     time passes
//	table
func TestTranscripts(t *testing.T) {
	golden.Transcripts(t, func(text string) (string, error) {
		c := &conversation{store: lease.NewMemory(), workers: map[string]*worker{},
			now: time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)}
		return golden.Replay(text, func(line string) (string, error) { return c.answer(t.Context(), line) })
	})
}

// conversation is a lease table and the workers around it.
type conversation struct {
	store   lease.Store
	workers map[string]*worker
	now     time.Time
	out     strings.Builder
}

func (c *conversation) say(format string, args ...any) { fmt.Fprintf(&c.out, format+"\n", args...) }

// answer does what a command says and returns what happens. What the store
// refuses is an answer; a command that makes no sense is an error.
func (c *conversation) answer(ctx context.Context, line string) (string, error) {
	c.out.Reset()
	if err := c.do(ctx, line); err != nil {
		return "", err
	}
	if verb := strings.Fields(line)[0]; c.out.Len() == 0 && (verb == "round" || verb == "plan") {
		c.say("nothing")
	}
	return c.out.String(), nil
}

func (c *conversation) do(ctx context.Context, line string) error {
	words := strings.Fields(line)
	verb, args := words[0], words[1:]
	switch verb {
	case "worker", "row":
		names, options := split(args)
		for _, name := range names {
			if err := c.add(ctx, verb, name, options); err != nil {
				return err
			}
		}
		return nil
	case "advance":
		d, err := time.ParseDuration(args[0])
		c.now = c.now.Add(d)
		return err
	case "table":
		leases, err := c.store.List(ctx)
		for _, l := range leases {
			c.say("%s", show(l))
		}
		return err
	case "settle":
		return c.settle(ctx, args)
	case "checkpoint", "end", "forget":
		return c.one(args[0], func(w *worker) error { return c.onLease(ctx, w, verb, args[1:]) })
	default:
		for _, name := range args {
			if err := c.one(name, func(w *worker) error { return c.onWorker(ctx, w, verb) }); err != nil {
				return err
			}
		}
		return nil
	}
}

func (c *conversation) one(name string, do func(*worker) error) error {
	w := c.workers[name]
	if w == nil {
		return fmt.Errorf("no worker %q", name)
	}
	return do(w)
}

// split parts names from options.
func split(args []string) (names []string, options map[string]string) {
	options = map[string]string{}
	for _, arg := range args {
		if key, value, ok := strings.Cut(arg, "="); ok {
			options[key] = value
		} else {
			names = append(names, arg)
		}
	}
	return names, options
}

func (c *conversation) add(ctx context.Context, verb, name string, options map[string]string) error {
	if verb == "row" {
		l := lease.Lease{Key: name, Owner: options["owner"], CheckpointOwner: options["giver"], Checkpoint: options["at"]}
		created, err := c.store.Create(ctx, l)
		if !created && err == nil {
			err = errors.New("is there already")
		}
		return err
	}
	o := lease.Observer{Worker: name}
	var err error
	for key, value := range options {
		switch key {
		case "failover":
			o.Failover, err = time.ParseDuration(value)
		case "handover":
			o.HandOver, err = time.ParseDuration(value)
		case "steals":
			o.Steals, err = strconv.Atoi(value)
		default:
			err = fmt.Errorf("no option %q", key)
		}
		if err != nil {
			return err
		}
	}
	w := newWorker(c.store, o)
	w.say = c.say
	c.workers[name] = w
	return nil
}

func (c *conversation) onWorker(ctx context.Context, w *worker, verb string) (err error) {
	switch verb {
	case "busy":
		w.busy = true
	case "renew":
		w.renew(ctx)
	case "round":
		_, err = w.round(ctx, c.now)
	case "plan":
		return c.plan(ctx, w)
	case "kill":
		delete(c.workers, w.name())
	case "stop":
		for key, l := range w.held {
			l, err := c.store.Release(ctx, l)
			w.keep(key, "releases", l, err)
		}
		delete(c.workers, w.name())
	default:
		err = fmt.Errorf("no such command")
	}
	return err
}

func (c *conversation) plan(ctx context.Context, w *worker) error {
	p, err := w.plan(ctx, c.now)
	for _, part := range []struct {
		what  string
		moves []lease.Move
	}{{"hand over", p.HandOver}, {"take", p.Take}, {"steal", p.Steal}} {
		for _, m := range part.moves {
			c.say("%s %s: %s", part.what, m.Lease.Key, m.Why)
		}
	}
	return err
}

func (c *conversation) onLease(ctx context.Context, w *worker, verb string, args []string) error {
	key := args[0]
	l, held := w.held[key]
	switch {
	case !held:
		return fmt.Errorf("%s does not hold %s", w.name(), key)
	case verb == "checkpoint":
		w.checkpoint(ctx, key, args[1])
	case verb == "end":
		l, err := c.store.End(ctx, l)
		w.keep(key, "ends", l, err)
		delete(w.held, key)
	default:
		delete(w.held, key)
	}
	return nil
}

// settle goes on until two rounds of all change nothing: what a worker sees in
// the first may move it in the second.
func (c *conversation) settle(ctx context.Context, names []string) error {
	const most, enough = 50, 2
	for rounds, quiet := 0, 0; quiet < enough; rounds++ {
		if rounds == most {
			return fmt.Errorf("not settled after %d rounds", most)
		}
		moves := 0
		for _, name := range names {
			err := c.one(name, func(w *worker) error {
				n, err := w.round(ctx, c.now)
				moves += n
				return err
			})
			if err != nil {
				return err
			}
		}
		if quiet++; moves > 0 {
			quiet = 0
		}
		c.now = c.now.Add(2 * time.Second)
	}
	c.say("%s", c.now.Format("15:04:05"))
	return nil
}
