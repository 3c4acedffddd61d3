package core_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// world is a shard between a stream and a function, both drawn at random, and
// its twin.
type world struct {
	*twin
	shard *core.Shard
	now   time.Time
	steps int

	// history is what was done to the shard since it was made.
	history []func(*core.Shard)
	// likely are the outcomes of invocations to draw from.
	likely []string
}

func drawConfig(t *rapid.T) core.Config {
	minutes := func(name string, least, most int) time.Duration {
		return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Minute
	}
	cfg := core.Config{
		BatchSize:                  rapid.IntRange(1, 6).Draw(t, "batch"),
		BatchingWindow:             minutes("window", 0, 5),
		ParallelizationFactor:      rapid.SampledFrom([]int{1, 1, 2, 3, 10}).Draw(t, "pf"),
		MaximumRetryAttempts:       rapid.IntRange(-1, 3).Draw(t, "retries"),
		MaximumRecordAge:           rapid.SampledFrom([]time.Duration{-1, 3 * time.Minute, 2 * time.Hour, 30 * time.Hour}).Draw(t, "age"),
		BisectBatchOnFunctionError: rapid.Bool().Draw(t, "bisect"),
		ReportBatchItemFailures:    rapid.Bool().Draw(t, "report"),
		OnFailure:                  rapid.Bool().Draw(t, "destination"),
		Jitter:                     rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "jitter"),
		Seed:                       rapid.Uint64().Draw(t, "seed"),
		PayloadLimit:               rapid.SampledFrom([]int{0, 0, 45, 684}).Draw(t, "limit"),
		BackoffFirst:               minutes("first", 1, 60),
		BackoffMax:                 4 * time.Hour,
	}
	if cfg.ParallelizationFactor == 1 && rapid.Bool().Draw(t, "tumbling") {
		cfg.TumblingWindow = rapid.SampledFrom([]time.Duration{1500 * time.Millisecond, time.Minute, 15 * time.Minute}).Draw(t, "length")
	}
	return cfg
}

// drawLog draws a stream: records of some items, mostly in the order of their
// arrival, some filtered.
func drawLog(t *rapid.T) []core.Record {
	var log []core.Record
	at := start
	for i := range rapid.IntRange(0, 14).Draw(t, "records") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 7, 30, 90, 600, 3600}).Draw(t, "seconds")) * time.Second)
		arrived := at
		if rapid.IntRange(0, 9).Draw(t, "late") == 0 {
			arrived = at.Add(-20 * time.Minute)
		}
		log = append(log, core.Record{
			Sequence: fmt.Sprintf("%021d", 95+i),
			Key:      rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "key"),
			Arrived:  arrived,
			Body:     text(rapid.SampledFrom([]int{0, 10, 30, 100}).Draw(t, "size")),
			Filtered: rapid.IntRange(0, 4).Draw(t, "filtered") == 0,
		})
	}
	return log
}

// drawWorld draws a world that starts with the first record, or after a backlog.
func drawWorld(t *rapid.T) *world {
	w := &world{
		twin: newTwin(t, drawConfig(t), drawLog(t)),
		now:  start.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 10, 60, 1400}).Draw(t, "backlog")) * time.Minute),
		likely: rapid.SampledFrom([][]string{
			{"ok", "ok", "ok", "report", "report", "error", "error", "throttle"}, {"ok", "report"}, {"report", "error"},
		}).Draw(t, "likely"),
	}
	w.shard = core.New(w.cfg, core.Position{})
	return w
}

// do does something to the shard that can be repeated on another.
func (w *world) do(what func(*core.Shard)) {
	w.history = append(w.history, what)
	what(w.shard)
}

// next asks the shard, twice, and has the twin look at it.
func (w *world) next() []core.Action {
	now := w.now
	w.do(func(s *core.Shard) { s.Next(now) })
	actions, hash := w.shard.Next(now), w.shard.Hash()
	if again := w.shard.Next(now); !reflect.DeepEqual(actions, again) || w.shard.Hash() != hash {
		w.Fatalf("asked twice: %v, then %v", actions, again)
	}
	w.see(now, actions)
	for i, l := range w.lanes {
		want := l.failed && l.asked == nil && (len(l.pieces) > 0 || l.closing)
		if w.shard.Retrying(i) != want {
			w.Fatalf("lane %d: retrying is %v: %v", i, !want, w.shard.Open())
		}
	}
	w.onlyWhenWoken(actions)
	for _, a := range actions {
		extend(a)
	}
	return actions
}

// extend appends to the records of an action, which must not reach the shard.
func extend(a core.Action) {
	stray := core.Record{Sequence: "stray"}
	switch a := a.(type) {
	case core.Invoke:
		_ = append(a.Records, stray)
	case core.Deliver:
		_ = append(a.Records, stray)
	case core.Drop:
		_ = append(a.Records, stray)
	}
}

// onlyWhenWoken: time alone changes nothing before the shard asked to be woken.
func (w *world) onlyWhenWoken(actions []core.Action) {
	before := w.now.Add(1000 * time.Hour)
	if wait, ok := actions[len(actions)-1].(core.Wait); ok {
		before = wait.Until.Add(-1)
	}
	if later := w.shard.Clone().Next(before); !reflect.DeepEqual(actions, later) {
		w.Fatalf("at %v: %v, but at %v, unasked for: %v", w.now, actions, before, later)
	}
}

// step does one of the things that the shard wants, with an outcome drawn, and
// tells whether there may be more to do.
func (w *world) step() bool {
	actions := w.next()
	switch a := rapid.SampledFrom(actions).Draw(w.T, "action").(type) {
	case core.Done:
		return false
	case core.Read:
		w.page(a, len(actions) == 1)
	case core.Wait:
		w.now = a.Until
	case core.Checkpoint:
		w.checkpoint(a)
	case core.Invoke:
		w.invoke(a)
	case core.Deliver:
		w.deliver(a)
	case core.Drop:
		w.do(func(s *core.Shard) { s.Dropped(a.Lane) })
		w.tellGone(a.Lane, len(a.Records), w.dropped)
	}
	if rapid.IntRange(0, 9).Draw(w.T, "pause") == 0 {
		w.now = w.now.Add(time.Duration(rapid.IntRange(1, 1200).Draw(w.T, "seconds")) * time.Second)
	}
	w.steps++
	return true
}

// page reads what has arrived. With nothing else to do, time passes until there
// is something, or the shard is closed.
func (w *world) page(a core.Read, idle bool) {
	if idle && w.read < len(w.log) && w.log[w.read].Arrived.After(w.now) && rapid.Bool().Draw(w.T, "sleep") {
		w.now = w.log[w.read].Arrived
		return
	}
	n := 0
	for w.read+n < len(w.log) && !w.log[w.read+n].Arrived.After(w.now) {
		n++
	}
	n = min(n, a.Limit, rapid.IntRange(0, 8).Draw(w.T, "page"))
	end := w.read+n == len(w.log) && rapid.Bool().Draw(w.T, "end")
	now, given := w.now, w.log[w.read:w.read+n]
	w.do(func(s *core.Shard) {
		page := slices.Clone(given)
		s.Read(now, page, end)
		clear(page) // the shard must not depend on the caller's slice
	})
	w.tellRead(now, n, end)
}

func (w *world) checkpoint(a core.Checkpoint) {
	now := w.now
	if rapid.IntRange(0, 4).Draw(w.T, "store") == 0 {
		w.do(func(s *core.Shard) { s.CheckpointFailed(now, "full") })
		return
	}
	w.do(func(s *core.Shard) { s.Checkpointed() })
	w.stored, w.saving = a.Position, nil
	if got := w.shard.Position(); !reflect.DeepEqual(got, a.Position) {
		w.Fatalf("position %v after %v", got, a)
	}
}

func (w *world) deliver(a core.Deliver) {
	now := w.now
	if rapid.IntRange(0, 4).Draw(w.T, "destination") == 0 {
		w.do(func(s *core.Shard) { s.DeliveryFailed(now, a.Lane, "denied") })
		w.tellRefused(now, a.Lane)
		return
	}
	w.do(func(s *core.Shard) { s.Delivered(a.Lane) })
	w.tellGone(a.Lane, len(a.Records), w.delivered)
}

func (w *world) invoke(a core.Invoke) {
	now := w.now
	o, m := w.drawOutcome(a)
	w.judge(a, o, m)
	w.do(func(s *core.Shard) { s.Invoked(now, a.Lane, o) })
	w.tellInvoked(now, a.Lane, m)
}

// judge: a response means the same to whoever asks beforehand.
func (w *world) judge(a core.Invoke, o core.Outcome, m meaning) {
	if o.Failure != "" {
		return
	}
	if m.failed || m.cut {
		m.done = 0
	}
	failing := m.failed || m.done < len(a.Records)
	if done, failure := w.shard.Judge(a, o.Response); done != m.done || (failure != "") != failing {
		w.Fatalf("%v: %s means %d are dealt with, %q, want %d", a, o.Response, done, failure, m.done)
	}
}

func (w *world) drawOutcome(a core.Invoke) (core.Outcome, meaning) {
	switch rapid.SampledFrom(w.likely).Draw(w.T, "outcome") {
	case "throttle":
		return core.Outcome{Throttled: true, Failure: "busy"}, meaning{throttled: true}
	case "error":
		return core.Outcome{Failure: "boom"}, meaning{failed: true, unhandled: true}
	case "report":
		return w.drawReport(a)
	default:
		state := w.drawState()
		return respond("[]", state), meaning{done: len(a.Records), state: state}
	}
}

// drawReport draws a response and knows what it means: rows R1, R2, R4 and W2.
func (w *world) drawReport(a core.Invoke) (core.Outcome, meaning) {
	state := w.drawState()
	m := meaning{done: len(a.Records), state: state}
	failures := rapid.SampledFrom([]string{
		"", "[]", "null", `[{"itemIdentifier":""}]`, `[{"itemIdentifier":null}]`, `[{"itemIdentifier":95}]`, `["95"]`,
		`[{"itemIdentifier":"1"}]`, `[{"id":"95"}]`, `{}`, `"95"`, "valid", "valid", "valid",
	}).Draw(w.T, "failures")
	switch {
	case failures == "valid" && len(a.Records) > 0:
		failures, m.done = w.drawFailures(a.Records)
		m.cut = m.done == 0
	case failures == "valid":
		failures = ""
	case len(failures) > 2 && failures != "null" || failures == "{}":
		m.failed = true
	}
	if !w.cfg.ReportBatchItemFailures { // R5
		m = meaning{done: len(a.Records), state: state}
	}
	if w.cfg.TumblingWindow > 0 && !m.cut && rapid.IntRange(0, 4).Draw(w.T, "stateless") == 0 {
		m.failed, state = true, rapid.SampledFrom([]string{"", "null"}).Draw(w.T, "no state")
	}
	return respond(failures, state), m
}

// drawFailures names some records; done are those before the lowest.
func (w *world) drawFailures(batch []core.Record) (failures string, done int) {
	done = len(batch)
	var items []string
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(batch)-1), 1, 3).Draw(w.T, "failed") {
		items = append(items, fmt.Sprintf(`{"itemIdentifier":%q}`, batch[i].Sequence))
		done = min(done, i)
	}
	return "[" + strings.Join(items, ", ") + "]", done
}

// drawState draws a state, sometimes one that is too big.
func (w *world) drawState() string {
	if w.cfg.TumblingWindow > 0 && rapid.IntRange(0, 300).Draw(w.T, "big") == 0 {
		return string(text(1<<20 + 1))
	}
	return rapid.SampledFrom([]string{"{}", `{"n": 1}`, "[1, 2]", "7", `""`}).Draw(w.T, "state")
}

// respond makes a response; what is empty is left out.
func respond(failures, state string) core.Outcome {
	var members []string
	if failures != "" {
		members = append(members, `"batchItemFailures": `+failures)
	}
	if state != "" {
		members = append(members, `"state": `+state)
	}
	return core.Outcome{Response: json.RawMessage("{" + strings.Join(members, ", ") + "}")}
}

// run drives the shard to its end.
func (w *world) run() {
	for range 20_000 {
		if !w.step() {
			return
		}
	}
	w.Fatalf("not done after %d steps, at %v: %v", w.steps, w.now, w.shard.Open())
}
