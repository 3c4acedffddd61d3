package consumer

import (
	"strconv"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// Event gives the payload of one invocation: {"Records":[…]}.
func Event(records []core.Record) []byte {
	const head, tail = `{"Records":[`, `]}`
	b := make([]byte, 0, len(head)+size(records)+len(tail))
	return append(appendBodies(append(b, head...), records), tail...)
}

// WindowEvent gives the payload of one invocation in a tumbling window: that of
// [Event] with the window, its state ({} at first), the shard and the stream (W1).
// The ARN is the one that the records have as eventSourceARN.
func WindowEvent(records []core.Record, w core.Window, shardID, streamARN string) []byte {
	state := w.State
	if len(state) == 0 {
		state = []byte("{}")
	}
	const head, frame = `{"Records":[`, 300
	b := make([]byte, 0, len(head)+size(records)+frame+len(state)+len(shardID)+len(streamARN))
	b = append(appendBodies(append(b, head...), records), `],"window":{"start":"`...)
	b = append(w.Start.UTC().AppendFormat(b, time.RFC3339Nano), `","end":"`...)
	b = append(w.End.UTC().AppendFormat(b, time.RFC3339Nano), `"},"state":`...)
	b = append(append(b, state...), `,"shardId":`...)
	b = append(appendString(b, shardID), `,"eventSourceARN":`...)
	b = append(appendString(b, streamARN), `,"isFinalInvokeForWindow":`...)
	b = append(strconv.AppendBool(b, w.Final), `,"isWindowTerminatedEarly":`...)
	return append(strconv.AppendBool(b, w.Early), '}')
}

// size is how many bytes appendBodies writes at most.
func size(records []core.Record) int {
	n := len(records)
	for _, r := range records {
		n += len(r.Body)
	}
	return n
}

func appendBodies(b []byte, records []core.Record) []byte {
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r.Body...)
	}
	return b
}
