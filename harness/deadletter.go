package harness

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
	"github.com/stillwater-streams/stillwater/consumer/destination/sqslocal"
	"github.com/stillwater-streams/stillwater/consumer/mapping"
)

// Dropped is a batch that was given up for want of an on-failure destination. On
// AWS it is gone without a trace, so a run shows it.
type Dropped struct {
	Trigger string
	core.Lost
}

// deadLetters is where the batches of an attempt go that are given up: queues of
// its own, reached by the real SQS client over the real protocol.
type deadLetters struct {
	queues *sqslocal.Endpoint
	// elsewhere stands for the topics and buckets of mappings, which nobody here
	// answers for.
	elsewhere destination.Memory

	mu      sync.Mutex
	names   []string // of queues
	dropped []Dropped
}

func newDeadLetters(now func() time.Time, region, account string) *deadLetters {
	return &deadLetters{queues: sqslocal.New(sqslocal.Options{Now: now, Region: region, Account: account})}
}

// of is the destination of a mapping; nil where it has none.
func (d *deadLetters) of(m mapping.Mapping) (destination.Destination, error) {
	if m.OnFailure == "" {
		return nil, nil
	}
	target, err := destination.ParseTarget(m.OnFailure)
	if err != nil {
		return nil, fmt.Errorf("trigger %s: on_failure: %w", m.Trigger, err)
	}
	if target.Kind != destination.SQS {
		return &d.elsewhere, nil
	}
	if err := d.queues.Create(target.Name); err != nil {
		return nil, fmt.Errorf("trigger %s: %w", m.Trigger, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.names, target.Name) {
		d.names = append(d.names, target.Name)
		slices.Sort(d.names)
	}
	config := d.queues.Config()
	// No retries by the SDK: the lane makes them, on the clock of the run.
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return target.Destination(config, destination.Options{}), nil
}

func (d *deadLetters) drop(trigger string, lost core.Lost) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped = append(d.dropped, Dropped{trigger, lost})
}

// messages are those of all queues by name, then those of topics and buckets.
func (d *deadLetters) messages() ([]destination.Message, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []destination.Message
	for _, name := range d.names {
		for _, sent := range d.queues.Messages(name) {
			var m destination.Message
			if err := json.Unmarshal([]byte(sent.Body), &m); err != nil {
				return nil, fmt.Errorf("queue %s: message %s: %w", name, sent.ID, err)
			}
			list = append(list, m)
		}
	}
	return append(list, d.elsewhere.Messages()...), nil
}

// lost are the batches that were dropped.
func (d *deadLetters) lost() []Dropped {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.dropped)
}
