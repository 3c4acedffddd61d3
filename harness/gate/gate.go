package gate

import (
	"fmt"
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
}

// Gate is the one way to the database of a run.
type Gate struct {
	options Options
	run     string // tells the goroutines of this gate from those of others
	streams map[string]*stream

	arrivals chan *call

	mu      sync.Mutex
	flying  int // HTTP requests without an answer
	late    []Late
	seen    map[position]Seen
	aliases map[string]string // shard id → "s0"
}

// New returns a gate to the database of o.
func New(o Options) *Gate {
	if o.Watchdog == 0 {
		o.Watchdog = DefaultWatchdog
	}
	g := &Gate{
		options:  o,
		streams:  map[string]*stream{},
		arrivals: make(chan *call),
		seen:     map[position]Seen{},
		aliases:  map[string]string{},
	}
	g.run = fmt.Sprintf("%p", g)
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

// Late returns the calls that were refused because their task had ended.
func (g *Gate) Late() []Late {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]Late(nil), g.late...)
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
