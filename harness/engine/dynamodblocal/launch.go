package dynamodblocal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// probePause is between two attempts to reach a container that is coming up. An open port would be no event to wait for
// instead: Docker's proxy opens it before anything listens behind it.
const probePause = 20 * time.Millisecond

// errSlow is the cause of a context that ended because the container took too long, and not because the caller gave up.
var errSlow = errors.New("the container took too long to become ready")

// launch starts a container and waits until it is ready and has passed the self-test. On an error nothing is left of it.
func (e *Engine) launch(ctx context.Context) (_ *server, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, e.patience, fmt.Errorf("%w: more than %v", errSlow, e.patience))
	defer cancel()
	s, err := e.docker.startServer(ctx, e.image, self().labels(e.id))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.docker.discard(ctx, s.id))
		}
	}()
	if !e.untested {
		if err := e.prove(ctx, s); err != nil {
			return nil, err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.servers[s.id] = s
	return s, nil
}

// prove waits until the container is ready and tests what quiescence rests on.
func (e *Engine) prove(ctx context.Context, s *server) error {
	// The self-test needs two databases. They count, as they cost the container as much as any other.
	a, b := e.database(s, nil), e.database(s, nil)
	defer a.Close()
	defer b.Close()
	s.opened = 2
	if err := e.ready(ctx, s, a.Config(nil)); err != nil {
		return fmt.Errorf("container of %s: not ready: %w", e.image, err)
	}
	err := engine.SelfTest(ctx, a.Config(nil), b.Config(nil))
	if unreachable := (*smithyhttp.RequestSendError)(nil); errors.As(err, &unreachable) {
		err = e.outOfReach(ctx, s, err)
	}
	if err != nil {
		return fmt.Errorf("container of %s: %w", e.image, err)
	}
	return nil
}

// ready waits until a table with a stream can be created, written to and its record read: a fence. A server that cannot
// load its native library listens as well, and fails at the first table.
func (e *Engine) ready(ctx context.Context, s *server, cfg aws.Config) error {
	ticker := time.NewTicker(probePause)
	defer ticker.Stop()
	late := time.NewTimer(e.patience / 9) // 10 s of the 90 s, where 2 s are usual
	defer late.Stop()
	last := errors.New("no answer")
	for {
		_, err := engine.NewFence(ctx, cfg)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return e.outOfReach(ctx, s, last)
		}
		unreachable := (*smithyhttp.RequestSendError)(nil)
		if !errors.As(err, &unreachable) {
			return fmt.Errorf("%w; %s", err, e.docker.lastWords(ctx, s.id))
		}
		last = unreachable.Err
		if err := e.docker.died(ctx, s.id); err != nil {
			return err
		}
		select {
		case <-late.C:
			e.progress(fmt.Sprintf("the container does not answer at %s yet (%v); waiting up to %v", s.endpoint, last, e.patience))
		case <-ticker.C:
		case <-ctx.Done():
			return e.outOfReach(ctx, s, last)
		}
	}
}

// outOfReach is the error when a container that runs does not answer, last with err. Its log tells which of the two is
// the matter: DynamoDB Local inside, or Docker's network between it and this process. If the caller gave up it is just that.
func (e *Engine) outOfReach(ctx context.Context, s *server, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, errSlow) {
		return cause
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), removePatience)
	defer cancel()
	return fmt.Errorf("it runs and was not reached at %s, in up to %v (%w); %s; if that shows a server that listens, "+
		"Docker does not forward to it: restart the Docker daemon, and look for links of dead containers, "+
		"which a killed daemon leaves and which swallow packets: `ip link show master docker0`",
		s.endpoint, e.patience, err, e.docker.lastWords(asking, s.id))
}

// database makes an access key that no database of the container has: 128 random bits in letters and digits.
func (e *Engine) database(s *server, release func()) *engine.Database {
	return engine.NewDatabase(s.endpoint, region, rand.Text(), release)
}
