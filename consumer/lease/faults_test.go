package lease_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// network is a client whose next answers get lost, or who is throttled.
type network struct {
	client *http.Client

	mu       sync.Mutex
	lose     int  // answers to lose, of requests that are carried out
	throttle int  // requests to refuse
	bare     bool // refusals come without the row, as from older emulators
	calls    map[string]int
}

func newNetwork(t *testing.T) *network {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &network{client: &http.Client{Transport: transport}, calls: map[string]int{}}
}

func (n *network) Do(request *http.Request) (*http.Response, error) {
	lose, throttle := n.next(request)
	if throttle {
		return &http.Response{
			StatusCode: http.StatusBadRequest, Status: "400 Bad Request", Request: request, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
			Body:   io.NopCloser(strings.NewReader(`{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`)),
		}, nil
	}
	response, err := n.client.Do(request)
	if err == nil && n.bare && response.StatusCode == http.StatusBadRequest {
		strip(response)
	}
	if lose && err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return nil, fmt.Errorf("the answer is lost: %w", io.ErrUnexpectedEOF)
	}
	return response, err
}

// strip takes the row out of a refusal.
func strip(response *http.Response) {
	var refusal map[string]any
	if err := json.NewDecoder(response.Body).Decode(&refusal); err != nil {
		panic(err)
	}
	_ = response.Body.Close()
	delete(refusal, "Item")
	body, _ := json.Marshal(refusal)
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response.Header.Del("X-Amz-Crc32")
	response.Header.Del("Content-Length")
}

func (n *network) next(request *http.Request) (lose, throttle bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
	n.calls[operation]++
	switch {
	case n.throttle > 0:
		n.throttle--
		return false, true
	case n.lose > 0:
		n.lose--
		return true, false
	default:
		return false, false
	}
}

// fail makes the next requests fail and counts calls anew.
func (n *network) fail(lose, throttle int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lose, n.throttle, n.calls = lose, throttle, map[string]int{}
}

// testLostAnswers: every write is carried out, its answer is lost, and the SDK
// sends it again. What the method returns is what the first one did.
func testLostAnswers(t *testing.T, db *engine.Database) {
	n := newNetwork(t)
	k, ctx := &keeper{t: t, store: prepared(t, db, n)}, t.Context()
	free := k.start(lease.Lease{Key: shard})
	n.fail(1, 0)
	a := k.ok(k.store.Take(ctx, free, "A"))
	n.mu.Lock()
	if n.calls["UpdateItem"] != 2 || n.calls["GetItem"] != 0 {
		t.Errorf("calls %v: want the write twice, and the row with the second answer", n.calls)
	}
	n.mu.Unlock()
	n.fail(1, 0)
	a = k.ok(k.store.Renew(ctx, a))
	n.fail(2, 0)
	a = k.ok(k.store.Checkpoint(ctx, a, core.Position{Sequence: "5", Parts: []string{"5", "7"}}))
	n.fail(1, 0)
	asked := k.ok(k.store.Assign(ctx, a, "B"))
	n.fail(1, 0)
	b := k.ok(k.store.HandOver(ctx, asked))
	n.fail(1, 0)
	b = k.ok(k.store.Take(ctx, b, "B"))
	if b.Counter != 5 || b.OwnerSwitches != 1 {
		t.Errorf("%+v: want each write once", b)
	}
	b.Children = []string{"z", "y"}
	n.fail(1, 0)
	b = k.ok(k.store.End(ctx, b))
	n.fail(1, 0)
	b = k.ok(k.store.Release(ctx, b))
	n.fail(1, 0)
	if err := k.store.Delete(ctx, b); err != nil {
		t.Error(err)
	}

	// No attempt gets an answer: the outcome is unknown, and no ErrLost. The next
	// write, whatever it is, goes on from there.
	a = k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: "s2"}), "A"))
	const attempts = 3 // of the client of engine.Database
	n.fail(attempts, 0)
	_, err := k.store.Renew(ctx, a)
	k.refused(err, "the answer is lost")
	if a = k.ok(k.store.Checkpoint(ctx, a, core.Position{Sequence: "6"})); a.Counter != 3 {
		t.Errorf("%+v, want it behind the renewal", a)
	}
	n.fail(attempts, 0)
	_, err = k.store.Checkpoint(ctx, a, core.Position{Sequence: "8"})
	k.refused(err, "the answer is lost")
	k.ok(k.store.Checkpoint(ctx, a, core.Position{Sequence: "8"}))

	// A lost answer does not hide that the lease is lost.
	k.ok(k.store.Take(ctx, k.now("s2"), "B"))
	n.fail(1, 0)
	k.lost(k.store.Renew(ctx, a))
}

// testBareRefusals: the row that refused is read where the refusal does not bring it.
func testBareRefusals(t *testing.T, db *engine.Database) {
	n := newNetwork(t)
	n.bare = true
	k, ctx := &keeper{t: t, store: prepared(t, db, n)}, t.Context()
	a := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: shard}), "A"))
	n.fail(1, 0)
	a = k.ok(k.store.Renew(ctx, a))
	if n.calls["GetItem"] != 1 {
		t.Errorf("calls %v: want the row read once", n.calls)
	}
	k.ok(k.store.Take(ctx, a, "B"))
	k.lost(k.store.Renew(ctx, a))
	if err := k.store.Delete(ctx, a); !errors.Is(err, lease.ErrLost) {
		t.Errorf("delete: %v, want ErrLost", err)
	}
}

func testThrottling(t *testing.T, db *engine.Database) {
	n := newNetwork(t)
	k, ctx := &keeper{t: t, store: prepared(t, db, n)}, t.Context()
	n.fail(0, 2)
	a := k.start(lease.Lease{Key: shard})
	n.fail(0, 2)
	a = k.ok(k.store.Take(ctx, a, "A"))
	n.fail(0, 9)
	_, err := k.store.Renew(ctx, a)
	n.fail(0, 0)
	k.refused(err, "renew lease "+shard+": table "+leases+": ")
	k.refused(err, "slow down")
	k.ok(k.store.Renew(ctx, a))
}

func testTableGone(t *testing.T, db *engine.Database) {
	k, ctx := &keeper{t: t, store: prepared(t, db, nil)}, t.Context()
	l := k.start(lease.Lease{Key: shard})
	wire{t, db}.call("DeleteTable", fmt.Sprintf(`{"TableName":%q}`, leases), &struct{}{})
	_, err := k.store.Renew(ctx, l)
	k.refused(err, "Prepare creates it anew")
	_, err = k.store.List(ctx)
	k.refused(err, "Prepare creates it anew")
}

// testTwins: whatever is done, both stores answer alike.
func testTwins(t *testing.T, db *engine.Database) {
	remote := prepared(t, db, nil)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		key := fmt.Sprintf("s%d", round) // each its own row: the table is not emptied
		memory := lease.NewMemory()
		known := []lease.Lease{{Key: key}}
		for range rapid.IntRange(1, 8).Draw(rt, "writes") {
			do := drawWrite(rt, rapid.SampledFrom(known).Draw(rt, "known"))
			want, wantErr := do(t, memory)
			got, gotErr := do(t, remote)
			if diff := cmp.Diff(want, got); diff != "" || text(wantErr) != text(gotErr) || errors.Is(wantErr, lease.ErrLost) != errors.Is(gotErr, lease.ErrLost) {
				rt.Fatalf("memory: %v, DynamoDB: %v (-memory +DynamoDB):\n%s", wantErr, gotErr, diff)
			}
			if got.Key != "" {
				known = append(known, got)
			}
		}
	})
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// drawWrite draws one method with its arguments.
func drawWrite(rt *rapid.T, l lease.Lease) func(*testing.T, lease.Store) (lease.Lease, error) {
	worker := rapid.SampledFrom([]string{"A", "B", "C"}).Draw(rt, "worker")
	at := rapid.SampledFrom([]string{"", "1", "5", "10"}).Draw(rt, "at")
	parts := rapid.SampledFrom([][]string{nil, {"10", "10"}, {"10", "11"}}).Draw(rt, "parts")
	method := rapid.SampledFrom([]string{"create", "renew", "take", "assign", "hand over", "checkpoint", "end", "release", "delete"}).Draw(rt, "method")
	return func(t *testing.T, s lease.Store) (lease.Lease, error) {
		ctx := t.Context()
		switch method {
		case "create":
			_, err := s.Create(ctx, lease.Lease{Key: l.Key, Checkpoint: at})
			return lease.Lease{Key: l.Key}, err
		case "renew":
			return s.Renew(ctx, l)
		case "take":
			return s.Take(ctx, l, worker)
		case "assign":
			return s.Assign(ctx, l, worker)
		case "hand over":
			return s.HandOver(ctx, l)
		case "checkpoint":
			return s.Checkpoint(ctx, l, core.Position{Sequence: at, Parts: parts})
		case "end":
			return s.End(ctx, l)
		case "release":
			return s.Release(ctx, l)
		default:
			return lease.Lease{}, s.Delete(ctx, l)
		}
	}
}
