package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// ErrClosed is the error of Open after Close.
var ErrClosed = errors.New("memory engine: closed")

// Where a database says that it is, unless [Options] say otherwise. The account
// is that of DynamoDB Local.
const (
	DefaultRegion    = "us-east-1"
	DefaultAccountID = "000000000000"
)

// endpoint is that of SDK clients, which want one. The name cannot be resolved
// (RFC 2606): what the engine does not answer goes nowhere.
const endpoint = "http://memory.stillwater.invalid"

// Options of an engine or a database; the zero value works.
type Options struct {
	// Now is the clock; nil is one that stands still at [Epoch]. Either is moved on
	// by [Database.Advance].
	Now func() time.Time
	// Seed of the ids that the engine makes up: two databases with one seed make
	// the same ones.
	Seed uint64
	// Region and AccountID are in ARNs and records; "" is the default.
	Region, AccountID string
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = Epoch
	}
	o.Region = cmp.Or(o.Region, DefaultRegion)
	o.AccountID = cmp.Or(o.AccountID, DefaultAccountID)
	return o
}

// Epoch is where the clock of a database begins that is given none.
func Epoch() time.Time { return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) }

// Engine hands out databases. It implements engine.Engine.
type Engine struct {
	options Options

	mu     sync.Mutex
	opened uint64
	closed bool
}

var _ engine.Engine = (*Engine)(nil)

// New returns an engine; it takes no time and holds nothing until it is used.
func New(o Options) *Engine { return &Engine{options: o.withDefaults()} }

// Name implements engine.Engine.
func (e *Engine) Name() string { return "memory" }

// Open gives an empty database. Its ids depend on the seed and on how many were
// opened before it.
func (e *Engine) Open(ctx context.Context) (*engine.Database, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("memory engine: open: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	e.opened++
	o := e.options
	o.Seed = mix(o.Seed + e.opened)
	return NewDatabase(o).Engine(fmt.Sprintf("MEMORY%d", e.opened)), nil
}

// Close ends the engine. Databases that are open go on for who holds them: there
// is nothing to take away.
func (e *Engine) Close(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return nil
}

// Engine returns the database as the harness knows it: SDK clients of its Config
// are answered by Do, without a request. Its Controls are the *Database.
func (db *Database) Engine(accessKey string) *engine.Database {
	out := engine.NewDatabase(endpoint, db.options.Region, accessKey, nil)
	out.AnswerBy(db.answerSDK, db)
	return out
}
