package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// verdict is what a response says of a batch.
type verdict struct {
	done    int             // so many records, from the first on, are dealt with
	failure string          // why the others are not; "" = all are
	cut     bool            // the failure names a record of the batch
	state   json.RawMessage // of the tumbling window
}

// judge reads the response of a function that returned. Without batch item
// failures and windows whatever it says is success (R5).
func (c Config) judge(response []byte, batch []Record) verdict {
	v := verdict{done: len(batch)}
	if c.ReportBatchItemFailures {
		v = itemFailures(response, batch)
	}
	if c.TumblingWindow == 0 || v.failure != "" && v.done == 0 {
		return v
	}
	state, ok := windowState(response)
	if !ok {
		return verdict{failure: `bad response: it has no "state", which a function with tumbling windows must return: {"state": {}} at least`}
	}
	v.state = state
	return v
}

// itemFailures reads the batch item failures: rows R1, R2 and R4.
func itemFailures(response []byte, batch []Record) verdict {
	failed := func(format string, args ...any) verdict {
		return verdict{failure: "bad response: " + fmt.Sprintf(format, args...)}
	}
	all := verdict{done: len(batch)}
	if nothing(response) {
		return all
	}
	members, err := object(response)
	if err != nil {
		return failed(`it is %s; return {"batchItemFailures": [{"itemIdentifier": "<sequence number>"}]}`, short(string(response)))
	}
	failures := members["batchItemFailures"]
	if nothing(failures) {
		return all
	}
	var items []json.RawMessage
	if json.Unmarshal(failures, &items) != nil {
		return failed("batchItemFailures is %s: it must be a list", short(string(failures)))
	}
	lowest := len(batch)
	for _, item := range items {
		i, err := indexIn(batch, item)
		if err != nil {
			return failed("%v", err)
		}
		lowest = min(lowest, i)
	}
	return verdict{done: lowest, failure: "batch item failures from " + batch[lowest].Sequence + " on", cut: true}
}

// nothing says whether a value stands for "no failures" (R1).
func nothing(value json.RawMessage) bool {
	switch text := string(bytes.TrimSpace(value)); text {
	case "", "null", `""`:
		return true
	default:
		return len(text) > 1 && text[0] == '[' && strings.TrimSpace(text[1:]) == "]"
	}
}

// object reads the members of an object. Unlike a struct it tells "state" from
// "State", as Lambda does.
func object(text []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	return members, nil
}

// indexIn finds the record that an item names (R2, R4).
func indexIn(batch []Record, item json.RawMessage) (int, error) {
	members, err := object(item)
	if err != nil {
		return 0, fmt.Errorf("an item of batchItemFailures is %s: it must be an object", short(string(item)))
	}
	var id string
	if json.Unmarshal(members["itemIdentifier"], &id) != nil || id == "" {
		return 0, fmt.Errorf("an item of batchItemFailures is %s: itemIdentifier must be the sequence number of a record", short(string(item)))
	}
	for i, r := range batch {
		if r.Sequence == id {
			return i, nil
		}
	}
	return 0, fmt.Errorf("itemIdentifier %s is no record of the batch", short(id))
}

// windowState is the state that a response hands on (W2).
func windowState(response []byte) (json.RawMessage, bool) {
	members, err := object(response)
	state := members["state"]
	if err != nil || len(state) == 0 || string(state) == "null" {
		return nil, false
	}
	return bytes.Clone(state), true
}
