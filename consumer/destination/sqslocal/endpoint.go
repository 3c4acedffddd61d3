package sqslocal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Options are the settings of an endpoint. The zero value works.
type Options struct {
	// Now is the clock of visibility timeouts, delays and retention. nil means a
	// clock that stands still at the start of 1970: a message that was received
	// stays hidden until it is deleted.
	Now func() time.Time
	// Seed decides all ids. Two endpoints with the same seed give the same.
	Seed uint64
	// Account and Region appear in URLs and ARNs of queues; "" means
	// "000000000000" and "us-east-1".
	Account, Region string
}

// Endpoint holds queues and answers the protocol as an [http.Handler]. Its
// methods are safe for concurrent use.
type Endpoint struct {
	options Options

	mu       sync.Mutex
	ids      *rand.Rand // of messages
	requests *rand.Rand // ids of requests, apart: asking does not change what is sent
	queues   map[string]*queue
	plans    map[string]plan // of FailNext, by operation
	changed  chan struct{}   // closed and made anew when a message may have become visible
}

// New returns an endpoint without queues.
func New(o Options) *Endpoint {
	if o.Now == nil {
		o.Now = func() time.Time { return time.Unix(0, 0).UTC() }
	}
	if o.Account == "" {
		o.Account = "000000000000"
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	return &Endpoint{
		options:  o,
		ids:      rand.New(rand.NewPCG(o.Seed, 0)),
		requests: rand.New(rand.NewPCG(o.Seed, 1)),
		queues:   map[string]*queue{},
		plans:    map[string]plan{},
		changed:  make(chan struct{}),
	}
}

// Create makes a queue with the default attributes; one that is there already
// stays as it is.
func (e *Endpoint) Create(name string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.queues[name] != nil {
		return nil
	}
	if err := e.create(name, defaults()); err != nil {
		return fmt.Errorf("sqslocal: create: queue %q: %w", name, err)
	}
	return nil
}

// create makes a queue. The lock is held.
func (e *Endpoint) create(name string, s settings) error {
	if err := checkName(name); err != nil {
		return err
	}
	e.queues[name] = &queue{name: name, settings: s, created: e.options.Now()}
	return nil
}

// Message is one message in a queue, seen from Go.
type Message struct {
	ID, Body string
	Sent     time.Time
	// Receives counts how often it was received and not deleted since.
	Receives int
}

// Messages returns what is in the queue, in the order sent, with what is delayed
// or received and not yet deleted; none if there is no such queue. Looking
// changes nothing.
func (e *Endpoint) Messages(queue string) []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	q := e.queues[queue]
	if q == nil {
		return nil
	}
	var list []Message
	for _, m := range q.kept(e.options.Now()) {
		list = append(list, Message{ID: m.id, Body: m.body, Sent: m.sent, Receives: m.receives})
	}
	return list
}

// Config is the configuration of a client that reaches the endpoint in the
// process, without a socket. [Server.Config] is that of one over the loopback.
func (e *Endpoint) Config() aws.Config {
	cfg := e.config("http://sqslocal")
	cfg.HTTPClient = inProcess{e}
	return cfg
}

func (e *Endpoint) config(endpoint string) aws.Config {
	return aws.Config{
		Region:       e.options.Region,
		BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "sqslocal", SecretAccessKey: "sqslocal"}, nil
		}),
	}
}

// uuid makes a UUID of version 4. The lock is held.
func uuid(ids *rand.Rand) string {
	a, b := ids.Uint64(), ids.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}

// wake lets waiting receivers look again. The lock is held.
func (e *Endpoint) wake() {
	close(e.changed)
	e.changed = make(chan struct{})
}
