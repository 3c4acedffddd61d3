package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/consumer"
)

// again is how long a trouble that goes on is not said again.
const again = time.Minute

// quiet is after which time without a failure a trouble of leases, which are
// renewed all the time, is over.
const quiet = 2 * failover

// subject is what is in trouble: one thing of one mapping, or the endpoint.
type subject struct{ trigger, what string }

// The things that may be in trouble.
const (
	reading   = "read"
	leasing   = "leases"
	answering = "endpoint"
)

// troubles keeps what fails again and again from being said each time.
type troubles struct {
	mu   sync.Mutex
	open map[subject]*trouble
}

type trouble struct {
	began, said, last time.Time
	times             int
}

func newTroubles() *troubles { return &troubles{open: map[subject]*trouble{}} }

// subjectOf blames the endpoint for an error that says that it does not answer.
func subjectOf(trigger, what string, err error) subject {
	var answer smithy.APIError
	silent := consumer.Transient(err) || errors.Is(err, context.DeadlineExceeded)
	if silent && !errors.As(err, &answer) {
		return subject{what: answering}
	}
	return subject{trigger, what}
}

// failed notes a failure. say is false if it was said a short time ago; suffix
// tells how often it happened if it goes on.
func (t *troubles) failed(s subject, now time.Time) (suffix string, say bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.open[s]
	if o == nil {
		t.open[s] = &trouble{began: now, said: now, last: now, times: 1}
		return "", true
	}
	o.last = now
	o.times++
	if now.Sub(o.said) < again {
		return "", false
	}
	o.said = now
	return fmt.Sprintf(", for %s, %d times", now.Sub(o.began).Round(time.Second), o.times), true
}

// over ends a trouble, and tells how long it took; ok is false if there is none.
func (t *troubles) over(s subject, now time.Time) (took time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.open[s]
	if o == nil || s.what == leasing && now.Sub(o.last) < quiet {
		return 0, false
	}
	delete(t.open, s)
	return now.Sub(o.began), true
}
