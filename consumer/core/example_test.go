package core_test

import (
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// A shard with a poisoned record: whoever drives it does what it wants and tells
// the outcome. The batch is halved until the record is alone, which is then
// retried, and given up.
func Example() {
	now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	stream := []core.Record{{Sequence: "101", Arrived: now}, {Sequence: "102", Arrived: now}, {Sequence: "103", Arrived: now}}
	cfg := core.Config{MaximumRetryAttempts: 1, BisectBatchOnFunctionError: true, OnFailure: true}

	shard := core.New(cfg, core.Position{})
	for {
		action := shard.Next(now)[0] // a daemon does them all at once
		fmt.Printf("%s %v\n", now.Format(time.TimeOnly), action)
		switch a := action.(type) {
		case core.Read: // here: GetRecords of the shard, which is closed
			shard.Read(now, stream, true)
		case core.Invoke: // here: call the function
			var o core.Outcome
			for _, r := range a.Records {
				if r.Sequence == "102" {
					o.Failure = "no such item"
				}
			}
			shard.Invoked(now, a.Lane, o)
		case core.Wait: // a daemon sets a timer, a test moves its clock
			now = a.Until
		case core.Deliver: // here: send a message to the on-failure destination
			shard.Delivered(a.Lane)
		case core.Checkpoint: // here: store the position
			shard.Checkpointed()
		case core.Done:
			return
		}
	}
	// Output:
	// 10:00:00 read up to 1000
	// 10:00:00 invoke with 3 records 101–103, attempt 1
	// 10:00:00 invoke with 1 record 101, attempt 1
	// 10:00:00 checkpoint 101
	// 10:00:00 invoke with 2 records 102–103, attempt 1
	// 10:00:00 invoke with 1 record 102, attempt 1
	// 10:00:00 wait until 2024-09-19T10:00:01Z: back-off of 1 record 102 before attempt 2 of 2
	// 10:00:01 invoke with 1 record 102, attempt 2
	// 10:00:01 deliver 1 record 102: RetryAttemptsExhausted after 2 attempts, function error
	// 10:00:01 checkpoint 102
	// 10:00:01 invoke with 1 record 103, attempt 1
	// 10:00:01 checkpoint 103
	// 10:00:01 done, shard closed and read out
}
