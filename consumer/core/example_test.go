package core_test

import (
	"fmt"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// The life of a lane whose function fails twice: whoever drives it does what
// it wants and tells the outcome.
func Example() {
	now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	shard := []core.Record{{Sequence: "101", Arrived: now}, {Sequence: "102", Arrived: now}}
	failures := []string{"boom", "boom"}

	lane := core.New(core.Config{BatchSize: 10, MaximumRetryAttempts: 2}, "")
	for {
		action := lane.Next(now)
		fmt.Printf("%s %v\n", now.Format(time.TimeOnly), action)
		switch a := action.(type) {
		case core.Read: // here: from the shard, which is closed
			lane.Read(shard, true)
		case core.Invoke: // here: call the function
			failure := ""
			if len(failures) > 0 {
				failure, failures = failures[0], failures[1:]
			}
			lane.Invoked(now, failure)
		case core.Wait: // a daemon sets a timer, a test moves its clock
			now = a.Until
		case core.Deliver: // here: send a message
			lane.Delivered()
		case core.Checkpoint: // here: store it
			lane.Checkpointed()
		case core.Done:
			return
		}
	}
	// Output:
	// 10:00:00 read up to 10
	// 10:00:00 invoke with 2 records 101–102, attempt 1
	// 10:00:00 wait until 2024-09-19T10:00:01Z: back-off of 2 records 101–102 before attempt 2 of 3
	// 10:00:01 invoke with 2 records 101–102, attempt 2
	// 10:00:01 wait until 2024-09-19T10:00:03Z: back-off of 2 records 101–102 before attempt 3 of 3
	// 10:00:03 invoke with 2 records 101–102, attempt 3
	// 10:00:03 checkpoint 102
	// 10:00:03 done, shard closed and read out
}
