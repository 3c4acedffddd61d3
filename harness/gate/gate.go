package gate

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// DefaultWatchdog is how long a task may do nothing at the gate. Work that
// blocks outside AWS calls cannot be seen, so it is waited for under this limit
// of real time.
const DefaultWatchdog = 30 * time.Second

// DefaultCalls is how many AWS calls a task may make: more than fit the timeout of
// a Lambda function, as DynamoDB Local answers a few hundred a second here.
const DefaultCalls = 20_000

// Table is a table whose records the gate ties to calls.
type Table struct {
	// StreamARN of the latest stream; empty if the table has none.
	StreamARN string
	// Keys are the names of the hash and the range attribute.
	Keys []string
}

// Options of a gate.
type Options struct {
	// Config reaches the database; its HTTPClient sends the requests.
	Config aws.Config
	// Tables by name, see also [Gate.SetTable].
	Tables map[string]Table
	// Shared says that other programs write to the same tables, and that tables
	// and the database itself may go away and come back. Then the gate begins to
	// read a stream where it ends when a call is let through, reads all that is
	// new after the call, and ties to it the records of the items that it named.
	// A record that another program wrote to the same item meanwhile cannot be
	// told apart and counts as the call's. Where the records of a call cannot be
	// read they stay without a cause, and the gate goes on. Only [Gate.Serve]
	// knows it.
	Shared bool
	// Remember is how many records, and how many tasks that have ended, the gate
	// knows at a time: it forgets the oldest. A record that is forgotten is an
	// orphan when it is read. 0 is all of them.
	Remember int
	// Log takes calls, writes and records.
	Log *trace.Log
	// Now is the virtual clock; it stamps records.
	Now func() time.Time
	// Watchdog is real time; 0 means DefaultWatchdog.
	Watchdog time.Duration
	// Calls that one task may make; 0 means DefaultCalls.
	Calls int
	// Pick says which of n tasks goes on, n > 1, where several that [Gate.Run] runs
	// together stop at the gate: an index from 0. nil lets each run to its end
	// before the next begins.
	Pick func(n int) int
	// HTTP answers the requests of [Actor.HTTP], one at a time; nil answers all of
	// them with 204. It must not wait for anything that another task does.
	HTTP http.Handler
	// Requested is told of every such request that was let through, and of those
	// that Decide answered, in their order; nil tells nobody.
	Requested func(Request)
	// Decide is asked by [Gate.Run] before each call is let through. An error of it
	// is the answer to the call, which is not made; with [ErrTimeOut] the task ends
	// there. nil lets all through.
	Decide func(Call) error
}

// Gate is the one way to the database of a run.
type Gate struct {
	options Options
	run     string // tells the goroutines of this gate from those of all others of the process
	api     consumer.StreamsAPI

	arrivals chan *call
	turn     sync.Mutex // held by Serve from the grant of a call to its place in the trace

	mu      sync.Mutex
	tables  map[string]Table
	streams map[string]*stream // of the tables that have one
	flying  int                // HTTP requests without an answer
	writes  int                // calls that may have written
	late    []Late
	tasks   memory[trace.ID, *Task]
	seen    memory[position, Seen]
	aliases map[string]string // shard id → "s0"
}

// New returns a gate to the database of o.
func New(o Options) *Gate {
	o.Watchdog = cmp.Or(o.Watchdog, DefaultWatchdog)
	o.Calls = cmp.Or(o.Calls, DefaultCalls)
	g := &Gate{
		options:  o,
		run:      rand.Text(),
		api:      dynamodbstreams.NewFromConfig(o.Config),
		arrivals: make(chan *call),
		tables:   map[string]Table{},
		streams:  map[string]*stream{},
		seen:     newMemory[position, Seen](o.Remember),
		aliases:  map[string]string{},
		tasks:    newMemory[trace.ID, *Task](o.Remember),
	}
	for name, table := range o.Tables {
		g.SetTable(name, table)
	}
	return g
}

// SetTable tells the gate of a table that it did not know, or that is another
// one by now: dropped and created again, it has another stream.
func (g *Gate) SetTable(name string, t Table) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tables[name] = t
	delete(g.streams, name)
	if t.StreamARN != "" {
		g.streams[name] = &stream{api: g.api, arn: t.StreamARN}
	}
}

// keysOf are the names of the key attributes of a table.
func (g *Gate) keysOf(table string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.tables[table].Keys
}

// streamOf is the stream of a table; ok is false if it has none.
func (g *Gate) streamOf(table string) (s *stream, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok = g.streams[table]
	return s, ok
}

// InFlight returns the number of HTTP requests that have no answer yet.
func (g *Gate) InFlight() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.flying
}

// Writes returns how many calls that may write were let through and have ended.
func (g *Gate) Writes() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.writes
}

func (g *Gate) wrote() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.writes++
}

func (g *Gate) fly(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.flying += n
}

// Late is a call that a task made after it had ended.
type Late struct {
	// Task that had ended, and who ran it.
	Task  trace.ID
	Actor string
	// Op is the AWS operation that was refused.
	Op string
	// TimedOut says that the task ended by its timeout: then its environment is
	// thrown away, in Lambda as here, and the call could never have happened.
	TimedOut bool
}

// Late returns the calls from the nth on that were refused because their task had
// ended, sorted: they come in no order that a trace could keep.
func (g *Gate) Late(n int) []Late {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := append([]Late(nil), g.late[n:]...)
	slices.SortStableFunc(list, func(a, b Late) int {
		return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Op, b.Op))
	})
	return list
}

// TakeLate returns the calls that were refused because their task had ended, and
// forgets them.
func (g *Gate) TakeLate() []Late {
	list := g.Late(0)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.late = g.late[len(list):]
	return list
}

// Records returns how many records of a stream the gate has seen.
func (g *Gate) Records(streamARN string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for p := range g.seen.items {
		if p.streamARN == streamARN {
			n++
		}
	}
	return n
}

// Alias returns a short name for a shard: "s0" for the first one seen.
func (g *Gate) Alias(shardID string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	alias, ok := g.aliases[shardID]
	if !ok {
		alias = fmt.Sprintf("s%d", len(g.aliases))
		g.aliases[shardID] = alias
	}
	return alias
}
