package memory

import (
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// faults are what a test has armed. They are values: clones share none of them.
type faults struct {
	failures []failure
	stale    int                      // eventually consistent reads to answer from before
	recalls  bool                     // there were stale reads, or may be
	latency  map[string]time.Duration // by operation, "" is all others; replaced, never changed
	partial  partial
}

// partial has batches come back in part.
type partial struct{ members, times int }

// failure answers calls by an error in place of making them.
type failure struct {
	op    string // "" is any
	err   error
	times int
}

// FailNext answers the next times calls of an operation ("PutItem"; "" is any) by
// an error: they do nothing. The first armed is the first to come. An SDK client
// makes its retries, each a call.
func (db *Database) FailNext(op string, err error, times int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if times > 0 {
		list := db.state.faults.failures
		db.state.faults.failures = append(list[:len(list):len(list)], failure{op, err, times})
	}
}

// Throttle is FailNext with the error that a table gives that is asked too much.
func (db *Database) Throttle(op string, times int) {
	db.FailNext(op, &types.ProvisionedThroughputExceededException{
		Message: aws.String("The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."),
	}, times)
}

// Latency makes each call of an operation ("PutItem"; "" is those that have none of
// their own) move the clock of the database on before it is made. Nothing waits. 0
// ends it.
func (db *Database) Latency(op string, d time.Duration) {
	db.mu.Lock()
	defer db.mu.Unlock()
	latency := maps.Clone(db.state.faults.latency) // clones may have the old one
	if latency == nil {
		latency = map[string]time.Duration{}
	}
	if latency[op] = d; d == 0 {
		delete(latency, op)
	}
	db.state.faults.latency = latency
}

// Unprocessed has the next times batches (BatchGetItem, BatchWriteItem) leave
// their last members undone and hand them back as UnprocessedKeys or
// UnprocessedItems, but never all: the service then refuses the whole batch.
// Batches of one member are made whole and do not count.
func (db *Database) Unprocessed(members, times int) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state.faults.partial = partial{members, times}
}

// takePartial returns how many of the members of a batch are to be made.
func (db *Database) takePartial(members int) int {
	db.mu.Lock()
	defer db.mu.Unlock()
	p := &db.state.faults.partial
	if p.times < 1 || p.members < 1 || members < 2 {
		return members
	}
	p.times--
	return max(members-p.members, 1)
}

// arrive is what happens to a call before it is made.
func (db *Database) arrive(op string) error {
	db.mu.RLock()
	quiet := len(db.state.faults.latency) == 0 && len(db.state.faults.failures) == 0
	db.mu.RUnlock()
	if quiet {
		return nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state.moved += db.state.faults.delay(op)
	for i, f := range db.state.faults.failures {
		if f.op != "" && f.op != op {
			continue
		}
		db.state.faults.use(i)
		return f.err
	}
	return nil
}

// delay is the latency of an operation.
func (f *faults) delay(op string) time.Duration {
	if d, ok := f.latency[op]; ok {
		return d
	}
	return f.latency[""]
}

// use takes one from a failure. The list is copied: clones may have it too.
func (f *faults) use(i int) {
	list := append([]failure(nil), f.failures...)
	if list[i].times--; list[i].times == 0 {
		list = append(list[:i], list[i+1:]...)
	}
	f.failures = list
}
