package harness

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Request is an HTTP request that a trigger made, answered in this process by
// [Project].HTTP or by a fault of the scenario.
type Request struct {
	// Trigger that made it.
	Trigger string
	// Method and URL of the request; Key is its header Idempotency-Key.
	Method, URL, Key string
	Body             []byte
	// Status of the answer; 0 if there was none, for the reason in Failure.
	Status  int
	Failure string
	// Again says that it was made in an invocation that [Options].Redeliver added. The
	// view leaves it out.
	Again bool
}

// requests are those since the fixture was settled, in the order in which the gate
// let them through. Under the live hand the gate has a goroutine of its own.
type requests struct {
	mu     sync.Mutex
	list   []Request
	extras map[trace.ID]bool // invocations that Options.Redeliver added
}

// expect says that the requests of an invocation are made again.
func (r *requests) expect(extra trace.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.extras == nil {
		r.extras = map[trace.ID]bool{}
	}
	r.extras[extra] = true
}

func (r *requests) note(made gate.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, Request{
		Trigger: made.Actor, Method: made.Method, URL: made.URL, Key: made.Header.Get("Idempotency-Key"),
		Body: made.Body, Status: made.Status, Failure: made.Failure, Again: r.extras[made.Task],
	})
}

func (r *requests) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = nil
}

func (r *requests) all() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.list...)
}

// requests shows them in their order.
func (s *sight) requests(a *attempt) {
	var list []types.AttributeValue
	for _, r := range a.requests.all() {
		if !r.Again {
			list = append(list, r.shown())
		}
	}
	if list != nil {
		s.add(snapshot.Section{View: viewRequests, Value: &types.AttributeValueMemberL{Value: list}}, "", "")
	}
}

// shown is a request in a snapshot; what it does not have is not there.
func (r Request) shown() types.AttributeValue {
	m := map[string]types.AttributeValue{"trigger": word(r.Trigger), "method": word(r.Method), "url": word(r.URL)}
	if r.Key != "" {
		m["idempotency_key"] = word(r.Key)
	}
	if len(r.Body) > 0 {
		m["body"] = shownBody(r.Body)
	}
	if r.Status != 0 {
		m["status"] = number(r.Status)
	} else {
		m["status"] = word(r.Failure)
	}
	return members(m)
}

// shownBody is JSON as the structure that it is, anything else as a text.
func shownBody(body []byte) types.AttributeValue {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // their digits are what was sent
	var value any
	if decoder.Decode(&value) != nil {
		return word(string(body))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return word(string(body)) // JSON and something behind it
	}
	return shownJSON(value)
}

func shownJSON(value any) types.AttributeValue {
	switch v := value.(type) {
	case map[string]any:
		m := make(map[string]types.AttributeValue, len(v))
		for name, member := range v {
			m[name] = shownJSON(member)
		}
		return members(m)
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i, element := range v {
			list[i] = shownJSON(element)
		}
		return &types.AttributeValueMemberL{Value: list}
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case string:
		return word(v)
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// noWait is [Environment].Wait: the virtual clock stands still in an invocation.
func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }
