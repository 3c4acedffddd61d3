package telemetry

import (
	"context"
	"log/slog"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Log writes what consumers tell as log lines. It is safe for concurrent use as
// far as the handler of its logger is, as those of log/slog are.
type Log struct{ logger *slog.Logger }

// NewLog returns an observer that writes to the logger. What goes wrong is a
// warning, what loses records an error; reads, checkpoints and the beginnings of
// invocations are for debugging; everything else is information.
func NewLog(logger *slog.Logger) *Log { return &Log{logger} }

// Observe takes one occurrence.
func (l *Log) Observe(o consumer.Occurrence) {
	e := describe(o.Fact)
	if e.message == "" || !l.logger.Enabled(context.Background(), e.level) {
		return
	}
	attrs := []slog.Attr{slog.String("mapping", o.Mapping)}
	for _, a := range []slog.Attr{slog.String("stream", o.StreamARN), slog.String("shard", o.ShardID)} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if o.Lane > 0 {
		attrs = append(attrs, slog.Int("lane", o.Lane))
	}
	l.logger.LogAttrs(context.Background(), e.level, e.message, append(attrs, e.attrs...)...)
}

// entry is a log line without its place.
type entry struct {
	level   slog.Level
	message string // "" for none
	attrs   []slog.Attr
}

func debug(message string, attrs ...slog.Attr) entry { return entry{slog.LevelDebug, message, attrs} }
func info(message string, attrs ...slog.Attr) entry  { return entry{slog.LevelInfo, message, attrs} }
func warn(message string, attrs ...slog.Attr) entry  { return entry{slog.LevelWarn, message, attrs} }
func fail(message string, attrs ...slog.Attr) entry  { return entry{slog.LevelError, message, attrs} }

// describe makes a line of a fact.
func describe(f consumer.Fact) entry {
	for _, of := range []func(consumer.Fact) entry{ofInvocations, ofReading, ofGivingUp, ofLeases, ofStreams} {
		if e := of(f); e.message != "" {
			return e
		}
	}
	return entry{}
}

func ofInvocations(f consumer.Fact) entry {
	switch f := f.(type) {
	case consumer.InvocationStarted:
		return debug("invocation started", append(call(f.Call), slog.Duration("iterator_age", f.IteratorAge))...)
	case consumer.InvocationEnded:
		attrs := append(call(f.Call), slog.Duration("took", f.Took))
		if f.Failure != "" {
			return fail("invocation failed", append(attrs, slog.String("error", f.Failure), slog.Bool("timed_out", f.TimedOut))...)
		}
		return info("invocation ended", attrs...)
	case consumer.InvocationThrottled:
		return warn("invocation throttled", append(span(f.Records), slog.String("reason", f.Reason))...)
	case consumer.ItemsFailed:
		return warn("response names failed records", append([]slog.Attr{slog.String("request_id", f.RequestID)}, span(f.Records)...)...)
	case consumer.Processed:
		return debug("records processed", append([]slog.Attr{slog.String("request_id", f.RequestID)}, span(f.Records)...)...)
	case consumer.Late:
		return warn("handler runs on after its timeout", slog.String("request_id", f.RequestID), slog.String("environment", f.Environment))
	case consumer.LateEnded:
		return info("late handler returned", slog.String("request_id", f.RequestID), slog.String("environment", f.Environment), slog.Duration("after", f.After))
	}
	return entry{}
}

func ofReading(f consumer.Fact) entry {
	switch f := f.(type) {
	case consumer.Polled:
		if f.Records == 0 && !f.End {
			return entry{} // silent, as on Lambda (D3)
		}
		return debug("records read", slog.Int("records", f.Records), slog.Int("filtered", f.Filtered), slog.Bool("end", f.End), slog.Duration("took", f.Took))
	case consumer.ReadFailed:
		return warn("read failed", failure(f.Err), slog.Time("again", f.Again))
	case consumer.RecordsLost:
		return fail("records lost", slog.String("after", f.After), slog.Bool("whole", f.Whole), failure(f.Err))
	case consumer.Checkpointed:
		return debug("checkpoint stored", slog.String("position", f.Position.String()))
	case consumer.CheckpointFailed:
		return warn("checkpoint failed", slog.String("position", f.Position.String()), failure(f.Err))
	}
	return entry{}
}

func ofGivingUp(f consumer.Fact) entry {
	switch f := f.(type) {
	case consumer.Delivered:
		return warn("batch given up to the on-failure destination", append(lost(f.Lost), slog.String("request_id", f.RequestID))...)
	case consumer.DeliveryFailed:
		return fail("on-failure destination did not take the message", append(lost(f.Lost), failure(f.Err))...)
	case consumer.Dropped:
		return fail("batch dropped", lost(f.Lost)...)
	case consumer.Paused:
		return warn("mapping paused", slog.String("reason", f.Reason))
	case consumer.Resumed:
		return info("mapping resumed")
	case consumer.Disabled:
		return info("mapping disabled")
	}
	return entry{}
}

func ofLeases(f consumer.Fact) entry {
	switch f := f.(type) {
	case consumer.LeaseTaken:
		return info("lease taken", slog.String("from", f.From), slog.Bool("dead", f.Dead))
	case consumer.LeaseStolen:
		return info("lease asked for", slog.String("from", f.From))
	case consumer.LeaseHandedOver:
		return info("lease handed over", slog.String("to", f.To))
	case consumer.LeaseLost:
		return warn("lease lost", failure(f.Err))
	case consumer.LeaseReleased:
		return info("lease released")
	case consumer.LeaseFailed:
		return warn("lease table failed", slog.String("operation", f.Op), failure(f.Err))
	}
	return entry{}
}

func ofStreams(f consumer.Fact) entry {
	switch f := f.(type) {
	case consumer.StreamFound:
		return info("stream found", slog.String("view_type", f.ViewType))
	case consumer.StreamMissing:
		return warn("no stream", failure(f.Err), slog.Time("again", f.Again))
	case consumer.Synced:
		return debug("shards listed", slog.Int("shards", f.Shards), slog.Int("new_leases", f.NewLeases), slog.Int("deleted_leases", f.Deleted))
	case consumer.ShardStarted:
		return info("shard started", slog.String("from", f.From))
	case consumer.ShardStopped:
		return info("shard stopped", slog.String("position", f.Position.String()), slog.String("reason", f.Why))
	case consumer.ShardEnded:
		return info("shard read out")
	}
	return entry{}
}

// call is what identifies an invocation.
func call(c consumer.Call) []slog.Attr {
	attrs := append([]slog.Attr{slog.String("request_id", c.RequestID)}, span(c.Records)...)
	attrs = append(attrs, slog.Int("attempt", c.Attempt), slog.String("environment", c.Environment))
	if c.Cold {
		attrs = append(attrs, slog.Bool("cold_start", true))
	}
	if c.Window != nil {
		attrs = append(attrs, slog.Time("window", c.Window.Start), slog.Bool("final", c.Window.Final))
	}
	return attrs
}

// span names records by their number, the first and the last.
func span(records []core.Record) []slog.Attr {
	attrs := []slog.Attr{slog.Int("records", len(records))}
	if n := len(records); n > 0 {
		attrs = append(attrs, slog.String("first", records[0].Sequence), slog.String("last", records[n-1].Sequence))
	}
	return attrs
}

func lost(l core.Lost) []slog.Attr {
	return append(span(l.Records), slog.String("condition", string(l.Condition)), slog.Int("attempts", l.Attempts), slog.String("failure", l.Failure))
}

func failure(err error) slog.Attr { return slog.String("error", err.Error()) }
