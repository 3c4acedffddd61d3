package gate

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

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
	// Tables by name.
	Tables map[string]Table
	// Log takes calls, writes and records.
	Log *trace.Log
	// Now is the virtual clock; it stamps records.
	Now func() time.Time
	// Watchdog is real time; 0 means DefaultWatchdog.
	Watchdog time.Duration
	// Calls that one task may make; 0 means DefaultCalls.
	Calls int
}

// Gate is the one way to the database of a run.
type Gate struct {
	options Options
	run     string // tells the goroutines of this gate from those of all others of the process
	streams map[string]*stream

	arrivals chan *call
	turn     sync.Mutex // held by Serve from the grant of a call to its place in the trace

	mu      sync.Mutex
	flying  int // HTTP requests without an answer
	late    []Late
	tasks   map[trace.ID]*Task
	seen    map[position]Seen
	aliases map[string]string // shard id → "s0"
}

// New returns a gate to the database of o.
func New(o Options) *Gate {
	o.Watchdog = cmp.Or(o.Watchdog, DefaultWatchdog)
	o.Calls = cmp.Or(o.Calls, DefaultCalls)
	g := &Gate{
		options:  o,
		streams:  map[string]*stream{},
		arrivals: make(chan *call),
		seen:     map[position]Seen{},
		aliases:  map[string]string{},
		tasks:    map[trace.ID]*Task{},
		run:      rand.Text(),
	}
	api := dynamodbstreams.NewFromConfig(o.Config)
	for name, table := range o.Tables {
		if table.StreamARN != "" {
			g.streams[name] = &stream{api: api, arn: table.StreamARN}
		}
	}
	return g
}

// InFlight returns the number of HTTP requests that have no answer yet.
func (g *Gate) InFlight() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.flying
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

// Records returns how many records of a stream the gate has seen.
func (g *Gate) Records(streamARN string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for p := range g.seen {
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
