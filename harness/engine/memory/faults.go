package memory

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// faults are what a test has armed. They are values: clones share none of them.
type faults struct {
	failures []failure
	stale    int  // eventually consistent reads to answer from before
	recalls  bool // there were stale reads, or may be
	latency  time.Duration
}

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

// Latency makes each call move the clock of the database on before it is made.
// Nothing waits.
func (db *Database) Latency(d time.Duration) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state.faults.latency = d
}

// arrive is what happens to a call before it is made.
func (db *Database) arrive(op string) error {
	db.mu.RLock()
	quiet := db.state.faults.latency == 0 && len(db.state.faults.failures) == 0
	db.mu.RUnlock()
	if quiet {
		return nil
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.state.moved += db.state.faults.latency
	for i, f := range db.state.faults.failures {
		if f.op != "" && f.op != op {
			continue
		}
		db.state.faults.use(i)
		return f.err
	}
	return nil
}

// use takes one from a failure. The list is copied: clones may have it too.
func (f *faults) use(i int) {
	list := append([]failure(nil), f.failures...)
	if list[i].times--; list[i].times == 0 {
		list = append(list[:i], list[i+1:]...)
	}
	f.failures = list
}
