package core_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// invocation makes a verb that tells how an invocation ended.
func invocation(kind string) verb {
	return func(c *conversation, rest string) error {
		lane, rest := laneOf(rest)
		o, err := outcome(kind, rest)
		if err == nil {
			c.shard.Invoked(c.now, lane, o)
		}
		return err
	}
}

func outcome(kind, rest string) (core.Outcome, error) {
	switch kind {
	case "ok":
		response, err := response(rest)
		return core.Outcome{Response: response}, err
	case "failed":
		return core.Outcome{Response: itemFailures(strings.Fields(rest)...)}, nil
	case "fail":
		return core.Outcome{Failure: cmp.Or(rest, "boom")}, nil
	case "throttle":
		return core.Outcome{Failure: cmp.Or(rest, "rate exceeded"), Throttled: true}, nil
	default:
		return core.Outcome{}, fmt.Errorf("no outcome %q", kind)
	}
}

// response reads a JSON text, or state=N.
func response(text string) ([]byte, error) {
	size, ok := strings.CutPrefix(text, "state=")
	if !ok {
		return []byte(text), nil
	}
	n, err := strconv.Atoi(size)
	return stateOf(n), err
}

// stateOf is a response with a state of n bytes.
func stateOf(n int) []byte {
	return []byte(`{"state":"` + strings.Repeat("x", max(n-2, 0)) + `"}`)
}

// itemFailures is a response that reports some records as failed.
func itemFailures(sequences ...string) []byte {
	type item struct {
		ItemIdentifier string `json:"itemIdentifier"`
	}
	items := make([]item, len(sequences))
	for i, s := range sequences {
		items[i].ItemIdentifier = s
	}
	text, err := json.Marshal(map[string][]item{"batchItemFailures": items})
	if err != nil {
		panic(err)
	}
	return text
}

// settle plays the driver until the shard wants nothing but to read, and finds
// nothing there.
func (c *conversation) settle(rest string) error {
	outcomes := strings.Split(rest, "|")
	for range 10_000 {
		actions := slices.DeleteFunc(c.shard.Next(c.now), func(a core.Action) bool {
			_, ok := a.(core.Read)
			return ok
		})
		if len(actions) == 0 || isWait(actions[0]) {
			if c.readNothing() {
				continue
			}
		}
		if len(actions) == 0 {
			return nil
		}
		switch a := actions[0].(type) {
		case core.Done:
			return nil
		case core.Invoke:
			text := strings.TrimSpace(outcomes[0])
			if len(outcomes) > 1 {
				outcomes = outcomes[1:]
			}
			if err := c.settleInvoke(a, text); err != nil {
				return err
			}
		default:
			c.say("%s", a)
			c.perform(a)
		}
	}
	return fmt.Errorf("does not settle: %v", c.shard.Open())
}

func isWait(a core.Action) bool {
	_, ok := a.(core.Wait)
	return ok
}

// readNothing gives an empty page to a shard that wants to read, and tells
// whether that made it want something else.
func (c *conversation) readNothing() bool {
	before := c.shard.Next(c.now)
	if !slices.ContainsFunc(before, func(a core.Action) bool { _, ok := a.(core.Read); return ok }) {
		return false
	}
	c.shard.Read(c.now, nil, false)
	return !slices.EqualFunc(before, c.shard.Next(c.now), func(a, b core.Action) bool { return a.String() == b.String() })
}

// perform does an action that cannot fail here.
func (c *conversation) perform(a core.Action) {
	switch a := a.(type) {
	case core.Wait:
		c.now = a.Until
	case core.Checkpoint:
		c.shard.Checkpointed()
	case core.Deliver:
		c.shard.Delivered(a.Lane)
	case core.Drop:
		c.shard.Dropped(a.Lane)
	}
}

func (c *conversation) settleInvoke(a core.Invoke, text string) error {
	kind, rest, _ := strings.Cut(cmp.Or(text, "ok"), " ")
	if kind == "poison" {
		kind, rest = poisoned(a.Records, rest)
	}
	o, err := outcome(kind, rest)
	if err != nil {
		return err
	}
	c.say("%s: %s", a, strings.TrimSpace(kind+" "+rest))
	c.shard.Invoked(c.now, a.Lane, o)
	return nil
}

// poisoned is the outcome "poison SEQ,… TEXT" of a batch.
func poisoned(batch []core.Record, rest string) (kind, text string) {
	list, text, ok := strings.Cut(rest, " ")
	if !ok {
		return "poison without a text", ""
	}
	bad := strings.Split(list, ",")
	if slices.ContainsFunc(batch, func(r core.Record) bool { return slices.Contains(bad, r.Sequence) }) {
		return "fail", text
	}
	return "ok", ""
}
