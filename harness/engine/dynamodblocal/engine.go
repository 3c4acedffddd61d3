package dynamodblocal

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/guard"
)

// DefaultDatabasesPerContainer is when a container is replaced. A database costs DynamoDB Local four threads for ever,
// and 480 of them halve its write rate (reference/dynamodb-local.md section 5).
const DefaultDatabasesPerContainer = 150

// DefaultStartTimeout bounds [Start] and the start of a replacement if the context has no earlier deadline, from the
// moment the image is there. It takes about 2 s; slow is a computer that does much else.
const DefaultStartTimeout = 90 * time.Second

const region = "us-east-1"

// Options of an engine; the zero value is what one wants.
type Options struct {
	Image                 string       // name of an image that is here; "" = see [EnsureImage]
	DatabasesPerContainer int          // 0 = [DefaultDatabasesPerContainer]
	Progress              func(string) // gets one line when something takes longer than a moment; may be nil
}

// Engine runs DynamoDB Local in a container. It satisfies [engine.Engine].
type Engine struct {
	docker   *docker
	guard    *guard.Guard
	id       string
	image    string
	limit    int
	progress func(string)
	untested bool
	patience time.Duration

	turn chan struct{} // holds one token while somebody opens a database: one container is started, not many

	mu      sync.Mutex
	current *server            // takes new databases; nil once closed
	servers map[string]*server // all that run, by container id: the current one and those that drain
	errs    []error            // removals that failed when a database was closed; Close reports them
}

var _ engine.Engine = (*Engine)(nil)

// Start obtains the image, sweeps leftovers of killed runs, starts a container and waits until it answers and has passed
// [engine.SelfTest]. An error matches [ErrEnvironment], and leaves nothing behind.
func Start(ctx context.Context, o Options) (*Engine, error) {
	e, err := start(ctx, o, tuning{})
	return e, environment(err)
}

// tuning is what only tests change.
type tuning struct {
	unguarded bool // as where sh or the Docker client is missing
	untested  bool // a container is there, whether it answers or not: 0.3 s instead of 3 s

	patience time.Duration // 0 = [DefaultStartTimeout]
}

func start(ctx context.Context, o Options, tune tuning) (_ *Engine, err error) {
	d, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		docker:   d,
		id:       rand.Text(),
		limit:    o.DatabasesPerContainer,
		progress: o.Progress,
		untested: tune.untested,
		patience: cmp.Or(tune.patience, DefaultStartTimeout),
		turn:     make(chan struct{}, 1),
		servers:  map[string]*server{},
	}
	defer func() {
		if err != nil {
			e.guard.Dismiss()
			d.close()
		}
	}()
	if e.limit <= 0 {
		e.limit = DefaultDatabasesPerContainer
	}
	if e.progress == nil {
		e.progress = func(string) {}
	}
	if swept, err := d.sweep(ctx, self()); err != nil {
		return nil, err
	} else if swept > 0 {
		e.progress(fmt.Sprintf("removed %d container(s) that a killed run had left behind", swept))
	}
	if e.image, err = d.chooseImage(ctx, o.Image, e.progress); err != nil {
		return nil, err
	}
	if !tune.unguarded {
		if e.guard, err = d.guardContainers(e.id); err != nil {
			return nil, err
		}
	}
	if e.current, err = e.launch(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

// Name is "dynamodblocal".
func (*Engine) Name() string { return "dynamodblocal" }

// Open gives a fresh database: an access key that nobody used before. If the container has given out its share, a new
// one is started first, which takes about 2 s; the old one goes when its last database is closed.
func (e *Engine) Open(ctx context.Context) (*engine.Database, error) {
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return nil, environment(fmt.Errorf("open: %w", context.Cause(ctx)))
	}
	s, full, err := e.take()
	if err != nil {
		return nil, err
	}
	if full {
		next, err := e.launch(ctx)
		if err != nil {
			return nil, environment(fmt.Errorf("open: replacing the container after %d databases: %w", e.limit, err))
		}
		e.replace(next)
		if s, _, err = e.take(); err != nil {
			return nil, err
		}
	}
	return e.database(s, func() { e.give(s) }), nil
}

// take reserves a database in the current container, unless that is full.
func (e *Engine) take() (s *server, full bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.current == nil:
		return nil, false, environment(errors.New("open: the engine is closed"))
	case e.current.opened >= e.limit:
		return nil, true, nil
	}
	e.current.opened++
	e.current.inUse++
	return e.current, false, nil
}

// replace makes next the container for new databases. The old one drains: it goes now or with its last database.
func (e *Engine) replace(next *server) {
	e.mu.Lock()
	old := e.current
	e.current = next
	idle := old != nil && old.inUse == 0
	e.mu.Unlock()
	if idle {
		e.retire(old)
	}
}

// give is what closing a database calls.
func (e *Engine) give(s *server) {
	e.mu.Lock()
	s.inUse--
	drained := s.inUse == 0 && e.current != nil && s != e.current // a closed engine has no containers any more
	e.mu.Unlock()
	if drained {
		e.retire(s)
	}
}

// retire removes a container that nobody uses.
func (e *Engine) retire(s *server) {
	err := e.docker.discard(context.Background(), s.id)
	e.mu.Lock()
	defer e.mu.Unlock()
	if err != nil {
		e.errs = append(e.errs, err)
		return // stays in servers: Close tries again
	}
	delete(e.servers, s.id)
}

// Close removes the containers, whatever uses them, and ends the guard. It does so even when ctx has ended, within
// half a minute for each container. A second call does nothing.
func (e *Engine) Close(ctx context.Context) error {
	e.turn <- struct{}{} // no container is being started from here on
	defer func() { <-e.turn }()
	e.mu.Lock()
	servers, errs, closed := e.servers, e.errs, e.current == nil
	e.current, e.servers, e.errs = nil, map[string]*server{}, nil
	e.mu.Unlock()
	if closed {
		return nil
	}
	failed := false
	for id := range servers {
		if err := e.docker.discard(ctx, id); err != nil {
			errs, failed = append(errs, err), true
		}
	}
	if !failed {
		e.guard.Dismiss() // else it tries once more when the process ends
		errs = nil        // what failed earlier has been removed now
	}
	e.docker.close()
	if len(errs) > 0 {
		return environment(fmt.Errorf("close: %w", errors.Join(errs...)))
	}
	return nil
}
