package consumer

import (
	"fmt"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// itsStart is where a shard began, TRIM_HORIZON or LATEST.
const itsStart = "its start"

func (StreamFound) fact()         {}
func (StreamMissing) fact()       {}
func (Synced) fact()              {}
func (ShardStarted) fact()        {}
func (ShardStopped) fact()        {}
func (ShardEnded) fact()          {}
func (RecordsLost) fact()         {}
func (LeaseTaken) fact()          {}
func (LeaseStolen) fact()         {}
func (LeaseHandedOver) fact()     {}
func (LeaseLost) fact()           {}
func (LeaseReleased) fact()       {}
func (LeaseFailed) fact()         {}
func (Polled) fact()              {}
func (ReadFailed) fact()          {}
func (InvocationStarted) fact()   {}
func (InvocationEnded) fact()     {}
func (InvocationThrottled) fact() {}
func (ItemsFailed) fact()         {}
func (Processed) fact()           {}
func (Late) fact()                {}
func (LateEnded) fact()           {}
func (Delivered) fact()           {}
func (DeliveryFailed) fact()      {}
func (Dropped) fact()             {}
func (Checkpointed) fact()        {}
func (CheckpointFailed) fact()    {}
func (Disabled) fact()            {}
func (Paused) fact()              {}
func (Resumed) fact()             {}

func (f StreamFound) String() string { return "stream found, view type " + f.ViewType }
func (f StreamMissing) String() string {
	return fmt.Sprintf("no stream: %v; looks again at %s", f.Err, clockTime(f.Again))
}
func (f Synced) String() string {
	return fmt.Sprintf("%s listed, %s created, %d deleted", number(f.Shards, "shard"), number(f.NewLeases, "lease"), f.Deleted)
}
func (f ShardStarted) String() string {
	if f.Position.Sequence == "" {
		from := f.From
		if !f.Since.IsZero() {
			from += " of " + f.Since.UTC().Format(time.RFC3339)
		}
		return "shard started at " + placeText(f.Position, from)
	}
	return "shard started behind " + f.Position.String()
}

// placeText shows a position; start is what it is called where nothing is dealt
// with, which a position alone does not say.
func placeText(p core.Position, start string) string {
	return strings.ReplaceAll(p.String(), core.Position{}.String(), start)
}
func (f ShardStopped) String() string {
	return "shard stopped at " + placeText(f.Position, itsStart) + ": " + f.Why
}
func (ShardEnded) String() string { return "shard read out" }
func (f RecordsLost) String() string {
	if f.Whole {
		return fmt.Sprintf("records lost: the shard is gone, and what followed %q was not read: %v", f.After, f.Err)
	}
	return fmt.Sprintf("records may be lost behind %q: %v", f.After, f.Err)
}

func (f LeaseTaken) String() string {
	switch {
	case f.From == "":
		return "lease taken"
	case f.Dead:
		return "lease taken from " + f.From + ", which does not renew it"
	default:
		return "lease taken from " + f.From + ", which handed it over"
	}
}
func (f LeaseStolen) String() string     { return "lease asked of " + f.From }
func (f LeaseHandedOver) String() string { return "lease handed over to " + f.To }
func (f LeaseLost) String() string       { return fmt.Sprintf("lease lost: %v", f.Err) }
func (LeaseReleased) String() string     { return "lease released" }
func (f LeaseFailed) String() string     { return fmt.Sprintf("lease: %s: %v", f.Op, f.Err) }

func (f Polled) String() string {
	text := fmt.Sprintf("%s polled in %v, %d filtered out", number(f.Records, "record"), f.Took, f.Filtered)
	if f.End {
		text += ", end of the shard"
	}
	return text
}
func (f ReadFailed) String() string {
	return fmt.Sprintf("read failed: %v; again at %s", f.Err, clockTime(f.Again))
}

func (c Call) what() string {
	text := c.RequestID + " with " + records(c.Records)
	if c.Attempt > 1 {
		text += fmt.Sprintf(", attempt %d", c.Attempt)
	}
	if c.Window != nil && c.Window.Final {
		text += ", ends its window"
	}
	return text
}
func (f InvocationStarted) String() string {
	if f.Cold {
		return "invocation " + f.what() + " started, cold start"
	}
	return "invocation " + f.what() + " started"
}
func (f InvocationEnded) String() string {
	if f.Failure == "" {
		return fmt.Sprintf("invocation %s ended in %v", f.what(), f.Took)
	}
	return fmt.Sprintf("invocation %s failed in %v: %s", f.what(), f.Took, f.Failure)
}
func (f InvocationThrottled) String() string {
	return "throttled with " + records(f.Records) + ": " + f.Reason
}
func (f ItemsFailed) String() string {
	return "response of " + f.RequestID + " left " + records(f.Records)
}
func (f Processed) String() string {
	return "invocation " + f.RequestID + " processed " + records(f.Records)
}
func (f Late) String() string { return "handler of " + f.RequestID + " runs on after its timeout" }
func (f LateEnded) String() string {
	return fmt.Sprintf("handler of %s returned %v after its timeout", f.RequestID, f.After)
}

func (f Delivered) String() string {
	return "delivered to the on-failure destination: " + f.Lost.String()
}
func (f DeliveryFailed) String() string {
	return fmt.Sprintf("not delivered to the on-failure destination: %s: %v", f.Lost, f.Err)
}
func (f Dropped) String() string      { return "dropped: " + f.Lost.String() }
func (f Checkpointed) String() string { return "checkpoint at " + placeText(f.Position, itsStart) }
func (f CheckpointFailed) String() string {
	return fmt.Sprintf("checkpoint at %s failed: %v", placeText(f.Position, itsStart), f.Err)
}
func (Disabled) String() string {
	return "disabled: nothing of it runs until Mapping.Enabled is true"
}
func (f Paused) String() string { return "paused: " + f.Reason }
func (Resumed) String() string  { return "resumed" }

// records names a run of records: "2 records 101–102".
func records(r []core.Record) string {
	switch n := len(r); n {
	case 0:
		return "no record"
	case 1:
		return "1 record " + r[0].Sequence
	default:
		return fmt.Sprintf("%d records %s–%s", n, r[0].Sequence, r[n-1].Sequence)
	}
}

func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func clockTime(t time.Time) string { return t.UTC().Format("15:04:05.000") }
