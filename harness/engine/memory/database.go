package memory

import (
	"sync"
	"time"

	"github.com/tidwall/btree"
)

// Database is one set of tables and streams with one counter of item mutations.
// Its methods may be called from several goroutines; each call is atomic.
type Database struct {
	options Options

	mu    sync.RWMutex // of the state; reads of tables share it
	state state
}

// state is all that a database remembers: what a clone takes over.
type state struct {
	counter uint64 // item mutations and shards so far: the last sequence number
	named   uint64 // tables and streams so far: their ids come from it
	applied uint64 // writing requests so far
	moved   time.Duration
	tables  btree.Map[string, *table]
	streams []*stream // in the order of their making, disabled ones too
	tokens  btree.Map[string, *replay]
	faults  faults
}

// NewDatabase returns an empty database.
func NewDatabase(o Options) *Database { return &Database{options: o.withDefaults()} }

// Now is the time of the database.
func (db *Database) Now() time.Time {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.now()
}

// now is Now with the lock held.
func (db *Database) now() time.Time { return db.options.Now().Add(db.state.moved) }

// Advance moves the clock of the database on, beyond what Options.Now says.
func (db *Database) Advance(d time.Duration) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state.moved += d
}

// Writes is how many numbers the counter of item mutations has given out.
func (db *Database) Writes() uint64 {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.state.counter
}
