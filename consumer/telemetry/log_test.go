package telemetry_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/telemetry"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

// everyFact is one fact of each kind, and more where they differ.
func everyFact() []consumer.Fact {
	at := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	two := []core.Record{{Sequence: "101", Arrived: at}, {Sequence: "102", Arrived: at}}
	call := consumer.Call{RequestID: "r1", Environment: "indicators-1", Records: two, Attempt: 2}
	cold := call
	cold.Cold, cold.Window = true, &core.Window{Start: at, Final: true}
	lost := core.Lost{Records: two, Condition: core.RetryAttemptsExhausted, Attempts: 3, Failure: "boom"}
	err := errors.New("no route to host")
	return []consumer.Fact{
		consumer.StreamFound{ViewType: "KEYS_ONLY"},
		consumer.StreamMissing{Err: err, Again: at},
		consumer.Synced{Shards: 3, NewLeases: 2, Deleted: 1},
		consumer.LeaseTaken{From: "worker-B", Dead: true},
		consumer.LeaseTaken{From: "worker-B"},
		consumer.LeaseTaken{},
		consumer.LeaseStolen{From: "worker-B"},
		consumer.LeaseHandedOver{To: "worker-B"},
		consumer.LeaseLost{Err: err},
		consumer.LeaseReleased{},
		consumer.LeaseFailed{Op: "renew", Err: err},
		consumer.ShardStarted{From: "TRIM_HORIZON"},
		consumer.ShardStarted{From: "101", Position: core.Position{Sequence: "101"}},
		consumer.ShardStopped{Position: core.Position{Sequence: "102"}, Why: "the consumer stops"},
		consumer.ShardEnded{},
		consumer.RecordsLost{After: "101", Err: err},
		consumer.RecordsLost{After: "101", Whole: true, Err: err},
		consumer.Polled{Records: 2, Filtered: 1, Last: "102", End: true, Began: at, Took: time.Millisecond},
		consumer.Polled{},
		consumer.ReadFailed{Err: err, Again: at},
		consumer.InvocationStarted{Call: cold, IteratorAge: time.Second},
		consumer.InvocationStarted{Call: call},
		consumer.InvocationEnded{Call: call, Took: time.Second},
		consumer.InvocationEnded{Call: call, Took: time.Second, Failure: "boom", TimedOut: true},
		consumer.InvocationThrottled{Records: two, Reason: "reserved concurrency of 1 is used up"},
		consumer.ItemsFailed{RequestID: "r1", Records: two[1:]},
		consumer.Processed{RequestID: "r1", Records: two, Ended: at},
		consumer.Late{RequestID: "r1", Environment: "indicators-1"},
		consumer.LateEnded{RequestID: "r1", Environment: "indicators-1", After: time.Second},
		consumer.Delivered{RequestID: "r1", Lost: lost},
		consumer.DeliveryFailed{Lost: lost, Err: err},
		consumer.Dropped{Lost: lost},
		consumer.Checkpointed{Position: core.Position{Sequence: "102"}},
		consumer.CheckpointFailed{Position: core.Position{Sequence: "102"}, Err: err},
		consumer.Paused{Reason: "feeds itself"},
		consumer.Resumed{},
	}
}

// TestLog compares the lines of every fact, below its own words, with
// testdata/log.txt.
func TestLog(t *testing.T) {
	var b bytes.Buffer
	l := telemetry.NewLog(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	for i, f := range everyFact() {
		b.WriteString(f.String() + "\n  ")
		p := consumer.Place{Mapping: "indicators", ShardID: "shard-1", Lane: i % 2}
		before := b.Len()
		l.Observe(consumer.Occurrence{Place: p, Fact: f})
		if b.Len() == before {
			b.WriteString("(no line)\n")
		}
	}
	golden.File(t, "testdata/log.txt", b.String())
}

// TestLogLevel: what the logger does not want is not written.
func TestLogLevel(t *testing.T) {
	var b bytes.Buffer
	l := telemetry.NewLog(slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelError})))
	for _, f := range everyFact() {
		l.Observe(consumer.Occurrence{Fact: f})
	}
	if n := strings.Count(b.String(), "\n"); n != 5 {
		t.Errorf("%d lines:\n%s", n, b.String())
	}
}
