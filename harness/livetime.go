package harness

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// onVirtualTime gives the records of an event the virtual times of their writes:
// a consumer that runs by itself hands out the engine's. A record that the gate
// does not know keeps its own.
func (h *liveHandler) onVirtualTime(payload []byte) ([]byte, error) {
	var event map[string]json.RawMessage
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, fmt.Errorf("harness: read the event: %w", err)
	}
	if err := json.Unmarshal(event["Records"], &list); err != nil {
		return nil, fmt.Errorf("harness: read the records: %w", err)
	}
	for _, record := range list {
		if err := h.restamp(record); err != nil {
			return nil, fmt.Errorf("harness: read a record: %w", err)
		}
	}
	var err error
	if event["Records"], err = json.Marshal(list); err != nil {
		return nil, fmt.Errorf("harness: write the records: %w", err)
	}
	return json.Marshal(event)
}

func (h *liveHandler) restamp(record map[string]json.RawMessage) error {
	var change map[string]json.RawMessage
	var sequence string
	if err := json.Unmarshal(record["dynamodb"], &change); err != nil {
		return err
	}
	if err := json.Unmarshal(change["SequenceNumber"], &sequence); err != nil {
		return err
	}
	seen, ok := h.live.gate.Seen(h.source.streamARN, sequence)
	if !ok {
		return nil
	}
	change["ApproximateCreationDateTime"] = strconv.AppendFloat(nil, float64(seen.At.UnixMilli())/1000, 'f', -1, 64)
	var err error
	record["dynamodb"], err = json.Marshal(change)
	return err
}
