package scenario

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Control is what a step does that is neither a mutation nor a raw write: one of
// the structs of this file. It moves time, looks at the result, or makes something
// go wrong.
type Control interface{ control() }

// At moves the virtual clock to a point in time, timers on the way in their order.
//
//   - at: 2024-09-20T10:00:00Z
type At struct{ Time time.Time }

// Advance moves the virtual clock on, timers on the way in their order.
//
//   - advance: 2h
type Advance struct{ For time.Duration }

// Settle settles: of use inside a backlog, where nothing else does.
//
//   - settle
type Settle struct{}

// Snapshot shows in the snapshot what there is to see at this step, under a name.
//
//   - snapshot: before the reattack
type Snapshot struct{ Name string }

// Expect demands one value of a view; with Absent that there is none. In YAML the
// view may be left out when the project has one; without a path the whole of what
// the view shows is meant, and Is is nil when Absent.
//
//   - expect: {view: indicators, of: FIN#f1, path: max_open_severity_score, is: 9.8}
//   - expect: {view: indicators, of: FIN#f1, path: newest_report_date, absent: true}
type Expect struct {
	View, Of, Path string
	Is             types.AttributeValue
	Absent         bool
}

// Fail makes the next Times invocations of a trigger fail: before the handler is
// called, or, with AfterWrites, after it returned.
//
//   - fail: {trigger: indicators, times: 2}
//   - fail: {trigger: indicators, after: writes}
type Fail struct {
	Trigger     string
	Times       int
	AfterWrites bool
}

// Throttle refuses the next Times invocations of a trigger for want of concurrency.
//
//   - throttle: {trigger: indicators, times: 3}
type Throttle struct {
	Trigger string
	Times   int
}

// FailCall answers the next Times calls of an AWS operation by a trigger ("" is any
// operation) with an error of the service, without making them; or its next HTTP
// requests of a method, with a status ("503") or one of [ConnectionFailures].
//
//   - fail_call: {trigger: indicators, operation: UpdateItem, error: ThrottlingException}
//   - fail_call: {trigger: webhook, operation: POST, error: 503}
type FailCall struct {
	Trigger, Operation, Error string
	Times                     int
}

// TimeOut ends the next invocation of a trigger by its timeout when it makes its
// nth AWS call, which is not made.
//
//   - time_out: {trigger: indicators, call: 2}
type TimeOut struct {
	Trigger string
	Call    int
}

// Kill kills the consumer and starts it again: its mappings go on at their
// checkpoints, with cold environments. With Trigger it comes after the next
// invocation of that trigger and before its checkpoint, else at this step.
//
//   - kill
//   - kill: {after: indicators}
type Kill struct{ Trigger string }

// DeliverAgain hands the next Times batches of a trigger out once more after they
// succeeded, as a consumer does that died before its checkpoint.
//
//   - deliver_again: {trigger: indicators}
type DeliverAgain struct {
	Trigger string
	Times   int
}

// Expire lets the time to live of an item pass: it is deleted, and its record is
// the service's REMOVE.
//
//   - expire: {key: {pk: VULN#v1, sk: FIN#f1}}
type Expire struct {
	Table string
	Key   map[string]types.AttributeValue
}

// ShardChange does something to the shards of a table's stream that only an engine
// can do that is told to: Kind is split, close_shard, trim or expire_iterators.
//
//   - split: {table: integrates_vms}
type ShardChange struct{ Kind, Table string }

// StaleReads lets the next Times eventually consistent reads, and reads of indexes,
// see the table as it was before its last write.
//
//   - stale_reads: {times: 1}
type StaleReads struct{ Times int }

func (At) control()           {}
func (Advance) control()      {}
func (Settle) control()       {}
func (Snapshot) control()     {}
func (Expect) control()       {}
func (Fail) control()         {}
func (Throttle) control()     {}
func (FailCall) control()     {}
func (TimeOut) control()      {}
func (Kill) control()         {}
func (DeliverAgain) control() {}
func (Expire) control()       {}
func (ShardChange) control()  {}
func (StaleReads) control()   {}
