package core_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// conversation is the shard under test and its surroundings.
type conversation struct {
	shard, aside *core.Shard
	cfg          core.Config
	now          time.Time
	out          strings.Builder
}

// start is when a conversation begins.
var start = time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)

// verb does one command; rest is what stands behind its name.
type verb func(c *conversation, rest string) error

// verbs are the commands. A lane is a number and may be left out where it is 0.
//
//	shard [SETTING…]           a new shard; the clock is at 10:00. Settings: batch=N window=D pf=N retries=N
//	                           age=D bisect report tumble=D nodest first=D max=D jitter=F seed=N limit=BYTES
//	                           after=SEQ[/PART,PART…]
//	crash [SETTING…]           the shard is lost and made anew from its stored position
//	read [THING…]              outcome of Read: SEQ[..SEQ][@KEY][~], ~ for those that the filters turned away;
//	                           those behind age=D arrived D ago, behind age=none at no known time; those
//	                           behind size=N have a body of N bytes; end
//	ok [LANE] [JSON]           outcome of Invoke: the function returned; state=N is a state of N bytes
//	failed [LANE] SEQ…         … it returned these batch item failures
//	fail [LANE] TEXT           … it failed
//	throttle [LANE] TEXT       … it was not run
//	delivered [LANE]           outcome of Deliver
//	undelivered [LANE] TEXT    the other one
//	dropped [LANE]             outcome of Drop
//	stored | unstored TEXT     outcomes of Checkpoint
//	advance D                  time passes
//	fork                       go on with a clone, keep the original aside
//	swap                       go on with the shard that is aside
//	settle [OUTCOME | …]       do all it wants until it only reads, and narrate: the invocations end with the
//	                           outcomes in turn, the further ones with the last. Outcomes: ok, failed, fail,
//	                           throttle as above, and "poison SEQ,… TEXT": fail with one of these, else ok
func verbs() map[string]verb {
	return map[string]verb{
		"shard":       (*conversation).newShard,
		"crash":       (*conversation).crash,
		"read":        (*conversation).read,
		"ok":          invocation("ok"),
		"failed":      invocation("failed"),
		"fail":        invocation("fail"),
		"throttle":    invocation("throttle"),
		"delivered":   onLane(func(c *conversation, lane int, _ string) { c.shard.Delivered(lane) }),
		"undelivered": onLane(func(c *conversation, lane int, why string) { c.shard.DeliveryFailed(c.now, lane, why) }),
		"dropped":     onLane(func(c *conversation, lane int, _ string) { c.shard.Dropped(lane) }),
		"stored":      plainly(func(c *conversation, _ string) { c.shard.Checkpointed() }),
		"unstored":    plainly(func(c *conversation, why string) { c.shard.CheckpointFailed(c.now, why) }),
		"fork":        plainly(func(c *conversation, _ string) { c.aside, c.shard = c.shard, c.shard.Clone() }),
		"swap":        plainly(func(c *conversation, _ string) { c.aside, c.shard = c.shard, c.aside }),
		"advance":     (*conversation).advance,
		"settle":      (*conversation).settle,
	}
}

// plainly makes a verb of something that cannot go wrong.
func plainly(do func(c *conversation, rest string)) verb {
	return func(c *conversation, rest string) error {
		do(c, rest)
		return nil
	}
}

// onLane makes a verb of something that is about a lane.
func onLane(do func(c *conversation, lane int, rest string)) verb {
	return func(c *conversation, rest string) error {
		lane, rest := laneOf(rest)
		do(c, lane, rest)
		return nil
	}
}

// laneOf splits the number of a lane off.
func laneOf(rest string) (int, string) {
	first, behind, _ := strings.Cut(rest, " ")
	if lane, err := strconv.Atoi(first); err == nil && len(first) < 3 {
		return lane, behind
	}
	return 0, rest
}

// do runs one command and returns what it brought about.
func (c *conversation) do(line string) (result string, err error) {
	c.out.Reset()
	name, rest, _ := strings.Cut(line, " ")
	do, ok := verbs()[name]
	if !ok {
		return "", fmt.Errorf("no such command")
	}
	if c.shard == nil && name != "shard" {
		return "", fmt.Errorf("begin with the command shard")
	}
	defer func() {
		if misuse := recover(); misuse != nil {
			text, ok := misuse.(string)
			if !ok || !strings.HasPrefix(text, "core: ") {
				panic(misuse)
			}
			result, err = "panic: "+text+"\n", nil
		}
	}()
	if err := do(c, rest); err != nil {
		return "", err
	}
	err = c.show()
	return c.out.String(), err
}

func (c *conversation) say(format string, args ...any) {
	fmt.Fprintf(&c.out, format+"\n", args...)
}

// show says what the shard wants and has open. It asks twice, which must change
// nothing.
func (c *conversation) show() error {
	actions := c.shard.Next(c.now)
	hash := c.shard.Hash()
	for _, a := range actions {
		c.say("next: %s", a)
	}
	for _, obligation := range c.shard.Open() {
		c.say("open: %s", obligation)
	}
	if again := c.shard.Next(c.now); !reflect.DeepEqual(again, actions) || c.shard.Hash() != hash {
		return fmt.Errorf("asked twice: %v, then %v", actions, again)
	}
	return nil
}

func (c *conversation) newShard(rest string) error {
	c.now = start
	c.cfg = core.Config{OnFailure: true}
	after, err := c.configure(rest)
	if err != nil {
		return err
	}
	c.shard = core.New(c.cfg, after)
	return nil
}

func (c *conversation) crash(rest string) error {
	if _, err := c.configure(rest); err != nil {
		return err
	}
	stored := c.shard.Position()
	c.say("from %s", stored)
	c.shard = core.New(c.cfg, stored)
	return nil
}

func (c *conversation) configure(rest string) (after core.Position, err error) {
	for _, setting := range strings.Fields(rest) {
		key, value, _ := strings.Cut(setting, "=")
		if key == "after" {
			sequence, parts, ok := strings.Cut(value, "/")
			if after.Sequence = sequence; ok {
				after.Parts = strings.Split(parts, ",")
			}
		} else if err := set(&c.cfg, key, value); err != nil {
			return after, fmt.Errorf("%s: %w", setting, err)
		}
	}
	return after, nil
}

func set(cfg *core.Config, key, value string) (err error) {
	switch key {
	case "batch":
		cfg.BatchSize, err = strconv.Atoi(value)
	case "window":
		cfg.BatchingWindow, err = time.ParseDuration(value)
	case "pf":
		cfg.ParallelizationFactor, err = strconv.Atoi(value)
	case "retries":
		cfg.MaximumRetryAttempts, err = strconv.Atoi(value)
	case "age":
		cfg.MaximumRecordAge, err = time.ParseDuration(value)
	case "bisect":
		cfg.BisectBatchOnFunctionError = true
	case "report":
		cfg.ReportBatchItemFailures = true
	case "tumble":
		cfg.TumblingWindow, err = time.ParseDuration(value)
	case "nodest":
		cfg.OnFailure = false
	case "first":
		cfg.BackoffFirst, err = time.ParseDuration(value)
	case "max":
		cfg.BackoffMax, err = time.ParseDuration(value)
	case "jitter":
		cfg.Jitter, err = strconv.ParseFloat(value, 64)
	case "seed":
		cfg.Seed, err = strconv.ParseUint(value, 10, 64)
	case "limit":
		cfg.PayloadLimit, err = strconv.Atoi(value)
	default:
		err = fmt.Errorf("no such setting")
	}
	return err
}

func (c *conversation) read(rest string) error {
	var records []core.Record
	arrived, end, body := c.now, false, json.RawMessage(nil)
	for _, thing := range strings.Fields(rest) {
		key, value, setting := strings.Cut(thing, "=")
		switch {
		case thing == "end":
			end = true
		case thing == "age=none":
			arrived = time.Time{}
		case setting && key == "age":
			d, err := time.ParseDuration(value)
			if err != nil {
				return err
			}
			arrived = c.now.Add(-d)
		case setting && key == "size":
			n, err := strconv.Atoi(value)
			if err != nil {
				return err
			}
			body = text(n)
		default:
			run, err := recordsOf(thing)
			if err != nil {
				return err
			}
			for _, r := range run {
				r.Arrived, r.Body = arrived, body
				records = append(records, r)
			}
		}
	}
	c.shard.Read(c.now, records, end)
	return nil
}

// recordsOf reads SEQ[..SEQ][@KEY][~].
func recordsOf(text string) ([]core.Record, error) {
	text, filtered := strings.CutSuffix(text, "~")
	sequences, key, keyed := strings.Cut(text, "@")
	first, last, run := strings.Cut(sequences, "..")
	if keyed && key == "" || first == "" {
		return nil, fmt.Errorf("%q is no SEQ[..SEQ][@KEY][~]", text)
	}
	if !run {
		return []core.Record{{Sequence: first, Key: key, Filtered: filtered}}, nil
	}
	from, err := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	var records []core.Record
	for n := from; n <= to; n++ {
		records = append(records, core.Record{Sequence: strconv.Itoa(n), Key: key, Filtered: filtered})
	}
	return records, errors.Join(err, err2)
}

// text is a JSON text of n bytes.
func text(n int) json.RawMessage {
	return json.RawMessage(`"` + strings.Repeat("x", max(n-2, 0)) + `"`)
}

func (c *conversation) advance(rest string) error {
	d, err := time.ParseDuration(rest)
	c.now = c.now.Add(d)
	return err
}
