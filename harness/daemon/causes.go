package daemon

import (
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// remember is how many events, records and ended invocations are known at a time,
// some tens of megabytes: a chain of causes is short-lived, a daemon is not.
const remember = 20_000

// gatekeeper is what is asked for the causes of records: a *gate.Gate.
type gatekeeper interface {
	Know(streamARN, shardID string, records []core.Record) []gate.Seen
	Alias(shardID string) string
}

// causes knows what caused each invocation.
type causes struct {
	log  *trace.Log
	gate gatekeeper

	mu      sync.Mutex
	running map[string]invocation  // by request id
	windows map[consumer.Place]fed // what the last tumbling window of a lane was fed
}

// invocation is one that the consumer makes.
type invocation struct {
	id    trace.ID
	depth int
	age   time.Duration // of its last record, when it began
}

// fed is the cause of a tumbling window.
type fed struct {
	cause gate.Seen
	over  bool // its final invocation was made: what has records begins another one
}

func newCauses(log *trace.Log, g gatekeeper) *causes {
	return &causes{log: log, gate: g, running: map[string]invocation{}, windows: map[consumer.Place]fed{}}
}

// began notes an invocation before its handler is called.
func (c *causes) began(o consumer.Occurrence, f consumer.InvocationStarted) invocation {
	i := invocation{age: f.IteratorAge, depth: 1}
	shard := c.gate.Alias(o.ShardID)
	var why []trace.ID
	if cause, ok := c.cause(o.Place, f); ok {
		why, i.depth = []trace.ID{cause.ID}, cause.Depth+1
	}
	batch := c.log.Mint(trace.TypeBatch)
	i.id = c.log.Mint(trace.TypeInvocation)
	c.log.Append(trace.Event{
		Kind: trace.BatchFormed, ID: batch, Actor: o.Mapping, Shard: shard, Cause: why, N: len(f.Records), Depth: i.depth,
	})
	c.log.Append(trace.Event{
		Kind: trace.InvokeStart, ID: i.id, Actor: o.Mapping, Shard: shard, Cause: []trace.ID{batch}, N: f.Attempt, Depth: i.depth,
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[f.RequestID] = i
	return i
}

// cause is the record that an invocation is tied to: the least deep of its batch,
// or of all batches of its window. A window ends without records.
func (c *causes) cause(place consumer.Place, f consumer.InvocationStarted) (least gate.Seen, ok bool) {
	known := c.gate.Know(place.StreamARN, place.ShardID, f.Records)
	c.mu.Lock()
	defer c.mu.Unlock()
	if w, known := c.windows[place]; f.Window != nil && known && (!w.over || f.Window.Final) {
		least, ok = w.cause, true
	}
	for _, seen := range known {
		if !ok || seen.Depth < least.Depth {
			least, ok = seen, true
		}
	}
	if f.Window != nil && ok {
		c.windows[place] = fed{least, f.Window.Final}
	}
	return least, ok
}

// of is the invocation that has a request id.
func (c *causes) of(requestID string) invocation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running[requestID]
}

// ended forgets an invocation, and returns it.
func (c *causes) ended(requestID string) invocation {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.running[requestID]
	delete(c.running, requestID)
	return i
}
