package lease_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/lease"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// shard is that of the rows in testdata (K8).
const shard = "shardId-00000001795431094853-2a5f6c03"

// testRowsOfKCL brings a lease from its creation to where the KCL's was when K8
// was read: the rows are the same, but for the throughput, which we do not measure.
func testRowsOfKCL(t *testing.T, db *engine.Database) {
	k, w, ctx := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}, t.Context()
	_, created := rowFile(t, "kcl_created.json")
	_, processing := rowFile(t, "kcl_processing.json")

	l := k.start(lease.Lease{Key: shard})
	w.same("created", created, w.get(leases, shard))
	l = k.ok(k.store.Take(ctx, l, "worker-A"))
	w.same("taken", created.but(attributes{"leaseOwner": str("worker-A"), "leaseCounter": num("1")}), w.get(leases, shard))
	for range 7 {
		l = k.ok(k.store.Renew(ctx, l))
	}
	l = k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "000000000000000000004"}))
	w.same("processing", processing.but(attributes{"throughputKBps": nil}), w.get(leases, shard))
	l.Children = []string{"shardId-2", "shardId-1"}
	k.ok(k.store.End(ctx, l))
	w.same("ended", processing.but(attributes{"throughputKBps": nil, "leaseCounter": num("10"), "checkpoint": str("SHARD_END"),
		"childShardIds": map[string]any{"SS": []any{"shardId-1", "shardId-2"}}}), w.get(leases, shard))
}

// testTakeUpKCL: a KCL that stopped leaves its rows with their owner (K8). A
// worker of ours waits until they expire, takes them, and goes on where they are.
func testTakeUpKCL(t *testing.T, db *engine.Database) {
	k, w, ctx := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}, t.Context()
	text, left := rowFile(t, "kcl_processing.json")
	w.put(leases, text)
	now := time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC)
	o := lease.Observer{Worker: "worker-B"}
	nothing := func(string) bool { return false }
	if p := o.Plan(now, []lease.Lease{k.now(shard)}, nothing); !cmp.Equal(p, lease.Plan{}) {
		t.Errorf("at first: %+v, want nothing: its owner may live", p)
	}
	p := o.Plan(now.Add(lease.DefaultFailover), []lease.Lease{k.now(shard)}, nothing)
	if len(p.Take) != 1 {
		t.Fatalf("after the failover time: %+v, want to take it", p)
	}
	l := k.ok(k.store.Take(ctx, p.Take[0].Lease, o.Worker))
	if got := l.Position(); !cmp.Equal(got, core.Position{Sequence: "000000000000000000004"}) {
		t.Errorf("taken up at %v", got)
	}
	w.same("taken up", left.but(attributes{"leaseOwner": str("worker-B"), "leaseCounter": num("10"), "ownerSwitchesSinceCheckpoint": num("1")}),
		w.get(leases, shard))
}

// testSurvival: whatever we do to a row, attributes that we do not know stay;
// and so does all that a KCL itself would leave.
func testSurvival(t *testing.T, db *engine.Database) {
	k, w, ctx := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}, t.Context()
	text, row := rowFile(t, "every_attribute.json")
	w.put(leases, text)
	step := func(when string, l lease.Lease, err error, changes attributes) lease.Lease {
		t.Helper()
		l = k.ok(l, err)
		row = row.but(changes)
		w.same(when, row, w.get(leases, shard))
		return l
	}
	l := k.now(shard)
	l, err := k.store.Renew(ctx, l)
	l = step("renewed", l, err, attributes{"leaseCounter": num("10")})
	l, err = k.store.Assign(ctx, l, "worker-B")
	l = step("assigned", l, err, attributes{"leaseOwner": str("worker-B"), "checkpointOwner": str("worker-A")})
	l, err = k.store.HandOver(ctx, l)
	l = step("handed over", l, err, attributes{"checkpointOwner": nil, "leaseCounter": num("11"), "ownerSwitchesSinceCheckpoint": num("1")})
	l, err = k.store.Release(ctx, l)
	l = step("released", l, err, attributes{"leaseOwner": nil, "leaseCounter": num("12")})
	l, err = k.store.Take(ctx, l, "worker-C")
	l = step("taken", l, err, attributes{"leaseOwner": str("worker-C"), "leaseCounter": num("13")})
	// As a KCL does it: what was prepared goes with the checkpoint.
	l, err = k.store.Checkpoint(ctx, l, core.Position{Sequence: "000000000000000000007"})
	l = step("checkpointed", l, err, attributes{"leaseCounter": num("14"), "checkpoint": str("000000000000000000007"),
		"ownerSwitchesSinceCheckpoint": num("0"),
		"pendingCheckpoint":            nil, "pendingCheckpointSubSequenceNumber": nil, "pendingCheckpointState": nil})
	l, err = k.store.End(ctx, l)
	step("ended", l, err, attributes{"leaseCounter": num("15"), "checkpoint": str("SHARD_END")})
}

// testLanesRow: the places of lanes are worth something only beside the
// checkpoint that they were written with.
func testLanesRow(t *testing.T, db *engine.Database) {
	k, w, ctx := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}, t.Context()
	l := k.ok(k.store.Take(ctx, k.start(lease.Lease{Key: shard}), "A"))
	k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "3", Parts: []string{"3", "10"}}))
	w.same("of two lanes", parseRow(t, `{"leaseKey":{"S":"`+shard+`"},"leaseOwner":{"S":"A"},"leaseCounter":{"N":"2"},"checkpoint":{"S":"3"},
		"checkpointSubSequenceNumber":{"N":"0"},"ownerSwitchesSinceCheckpoint":{"N":"0"},"startingHashKey":{"S":"0"},"endingHashKey":{"S":"1"},
		"stillwaterLanes":{"M":{"checkpoint":{"S":"3"},"positions":{"L":[{"S":"3"},{"S":"10"}]}}}}`), w.get(leases, shard))
	for _, moved := range []string{"7", "2", "TRIM_HORIZON"} { // by a KCL, or by hand
		w.call("UpdateItem", fmt.Sprintf(`{"TableName":%q,"Key":{"leaseKey":{"S":%q}},"UpdateExpression":"SET checkpoint = :c",
			"ExpressionAttributeValues":{":c":{"S":%q}}}`, leases, shard, moved), &struct{}{})
		if l := k.now(shard); l.Checkpoint != moved || l.Parts != nil {
			t.Errorf("%+v, want %s without lanes", l, moved)
		}
	}
	l = k.now(shard)
	k.ok(k.store.Checkpoint(ctx, l, core.Position{Sequence: "9"}))
	if row := w.get(leases, shard); row["stillwaterLanes"] != nil {
		t.Errorf("%v: the lanes are still there", row)
	}
}

// testEntities: KCL 3.5 keeps its other entities in the lease table.
func testEntities(t *testing.T, db *engine.Database) {
	k, w := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}
	text, _ := rowFile(t, "every_attribute.json")
	w.put(leases, text)
	w.put(leases, `{"leaseKey":{"S":"Leader"},"entityType":{"S":"LEADER"},"ownerName":{"S":"worker-A"}}`)
	w.put(leases, `{"leaseKey":{"S":"worker-A"},"entityType":{"S":"WORKER_METRIC_STATS"},"lut":{"N":"1"}}`)
	found, err := k.store.List(t.Context())
	if err != nil || len(found) != 1 || found[0].Key != shard {
		t.Errorf("listed %v, %v, want %s", found, err, shard)
	}
}

// testUnreadable: a shard is never forgotten because its row is broken.
func testUnreadable(t *testing.T, db *engine.Database) {
	k, w := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}
	for row, words := range map[string]string{
		`{"leaseKey":{"S":"s"},"checkpoint":{"S":"1"}}`:                                                                                                         "attribute leaseCounter: want a whole number",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1"}}`:                                                                                                       "attribute checkpoint: want a string",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1.5"},"checkpoint":{"S":"1"}}`:                                                                              "attribute leaseCounter: want a whole number",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1"},"checkpoint":{"S":"1"},"checkpointOwner":{"N":"1"}}`:                                                    "attribute checkpointOwner: want a string",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1"},"checkpoint":{"S":"1"},"parentShardId":{"S":"p"}}`:                                                      "attribute parentShardId: want a set of strings",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1"},"checkpoint":{"S":"1"},"stillwaterLanes":{"L":[]}}`:                                                     "attribute stillwaterLanes: want a map",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1"},"checkpoint":{"S":"1"},"stillwaterLanes":{"M":{"checkpoint":{"S":"1"}}}}`:                               "attribute stillwaterLanes.positions: want a list of strings",
		`{"leaseKey":{"S":"s"},"leaseCounter":{"N":"1"},"checkpoint":{"S":"1"},"stillwaterLanes":{"M":{"checkpoint":{"S":"1"},"positions":{"L":[{"N":"1"}]}}}}`: "attribute stillwaterLanes.positions: want a list of strings",
	} {
		w.put(leases, row)
		_, err := k.store.List(t.Context())
		k.refused(err, `row "s": `+words)
	}
}

// testPages: List reads on behind 1 MB.
func testPages(t *testing.T, db *engine.Database) {
	k, w := &keeper{t: t, store: prepared(t, db, nil)}, wire{t, db}
	const rows = 4
	big := strings.Repeat("x", 380_000)
	for i := range rows {
		w.put(leases, fmt.Sprintf(`{"leaseKey":{"S":"s%d"},"leaseCounter":{"N":"0"},"checkpoint":{"S":"LATEST"},"pad":{"S":%q}}`, i, big))
	}
	found, err := k.store.List(t.Context())
	if err != nil || len(found) != rows {
		t.Errorf("listed %d rows, %v, want %d", len(found), err, rows)
	}
}
