package lease

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Attributes of a row (K1, K8); the package comment has the table.
const (
	attrKey                = "leaseKey"
	attrOwner              = "leaseOwner"
	attrCounter            = "leaseCounter"
	attrCheckpoint         = "checkpoint"
	attrSubSequence        = "checkpointSubSequenceNumber"
	attrOwnerSwitches      = "ownerSwitchesSinceCheckpoint"
	attrStartingHashKey    = "startingHashKey"
	attrEndingHashKey      = "endingHashKey"
	attrParents            = "parentShardId"
	attrChildren           = "childShardIds"
	attrCheckpointOwner    = "checkpointOwner"
	attrPending            = "pendingCheckpoint"
	attrPendingSubSequence = "pendingCheckpointSubSequenceNumber"
	attrPendingState       = "pendingCheckpointState"
	attrEntityType         = "entityType"
	attrLanes              = "stillwaterLanes"
	attrLanesCheckpoint    = "checkpoint"
	attrLanesPositions     = "positions"
	attrStart              = "stillwaterStart"
	entityLease            = "LEASE"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// set must not be empty: DynamoDB has no empty sets.
func set(of []string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: sorted(of)}
}

// encode makes the item of a new row. The numbers are there even when they are
// 0: a KCL ends with a NullPointerException without them.
func encode(l Lease) item {
	row := item{
		attrKey:           text(l.Key),
		attrCounter:       number(l.Counter),
		attrCheckpoint:    text(l.Checkpoint),
		attrSubSequence:   number(l.SubSequence),
		attrOwnerSwitches: number(l.OwnerSwitches),
	}
	for name, value := range map[string]string{
		attrOwner:           l.Owner,
		attrCheckpointOwner: l.CheckpointOwner,
		attrStartingHashKey: l.StartingHashKey,
		attrEndingHashKey:   l.EndingHashKey,
	} {
		if value != "" {
			row[name] = text(value)
		}
	}
	for name, value := range map[string][]string{attrParents: l.Parents, attrChildren: l.Children} {
		if len(value) > 0 {
			row[name] = set(value)
		}
	}
	if l.Parts != nil {
		row[attrLanes] = encodeLanes(l.Checkpoint, l.Parts)
	}
	if l.Checkpoint == Latest && !l.Start.IsZero() {
		row[attrStart] = text(l.Start.UTC().Format(time.RFC3339Nano))
	}
	return row
}

// encodeLanes keeps the checkpoint beside the places: see decoder.lanes.
func encodeLanes(at string, parts []string) types.AttributeValue {
	positions := make([]types.AttributeValue, len(parts))
	for i, part := range parts {
		positions[i] = text(part)
	}
	return &types.AttributeValueMemberM{Value: item{
		attrLanesCheckpoint: text(at),
		attrLanesPositions:  &types.AttributeValueMemberL{Value: positions},
	}}
}

// isLease tells a lease from what else a KCL 3.5 keeps in its table.
func isLease(row item) bool {
	kind, ok := row[attrEntityType].(*types.AttributeValueMemberS)
	return !ok || kind.Value == entityLease
}

// decode reads a row.
func decode(row item) (Lease, error) {
	d := decoder{row: row}
	l := Lease{
		Key:             d.text(attrKey, true),
		Owner:           d.text(attrOwner, false),
		Counter:         d.number(attrCounter, true),
		Checkpoint:      d.text(attrCheckpoint, true),
		SubSequence:     d.number(attrSubSequence, false),
		OwnerSwitches:   d.number(attrOwnerSwitches, false),
		Parents:         d.set(attrParents),
		Children:        d.set(attrChildren),
		StartingHashKey: d.text(attrStartingHashKey, false),
		EndingHashKey:   d.text(attrEndingHashKey, false),
		CheckpointOwner: d.text(attrCheckpointOwner, false),
	}
	l.Parts = d.lanes(l.Checkpoint)
	l.Start = d.start(l.Checkpoint)
	if d.err != nil {
		return Lease{}, fmt.Errorf("row %q: %w: delete the row, and its shard is read from the start", l.Key, d.err)
	}
	return l, nil
}

// decoder keeps the first mistake.
type decoder struct {
	row item
	err error
}

// text returns a string; "" where it is absent, which only what must be there may not be.
func (d *decoder) text(name string, must bool) string {
	if s, ok := d.row[name].(*types.AttributeValueMemberS); ok && (s.Value != "" || !must) {
		return s.Value
	}
	d.check(name, must, "a string")
	return ""
}

func (d *decoder) number(name string, must bool) int64 {
	if n, ok := d.row[name].(*types.AttributeValueMemberN); ok {
		if value, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return value
		}
	}
	d.check(name, must, "a whole number")
	return 0
}

func (d *decoder) set(name string) []string {
	if s, ok := d.row[name].(*types.AttributeValueMemberSS); ok {
		return sorted(s.Value)
	}
	d.check(name, false, "a set of strings")
	return nil
}

// lanes returns the places of the lanes, if they were written with the
// checkpoint that is there. A KCL that took the lease up has moved the
// checkpoint and left the attribute: then all lanes are at the checkpoint.
func (d *decoder) lanes(at string) []string {
	value, ok := d.row[attrLanes].(*types.AttributeValueMemberM)
	if !ok {
		d.check(attrLanes, false, "a map")
		return nil
	}
	if !same(value.Value[attrLanesCheckpoint], text(at)) {
		return nil
	}
	positions, ok := value.Value[attrLanesPositions].(*types.AttributeValueMemberL)
	if !ok {
		d.wrong(attrLanes+"."+attrLanesPositions, "a list of strings")
		return nil
	}
	parts := make([]string, len(positions.Value))
	for i, position := range positions.Value {
		s, ok := position.(*types.AttributeValueMemberS)
		if !ok {
			d.wrong(attrLanes+"."+attrLanesPositions, "a list of strings")
			return nil
		}
		parts[i] = s.Value
	}
	return parts
}

// start returns when a mapping began at LATEST. A KCL that moved the checkpoint
// left the attribute.
func (d *decoder) start(at string) time.Time {
	value := d.text(attrStart, false)
	if value == "" || at != Latest {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		d.wrong(attrStart, "a time like 2024-09-19T10:00:00Z")
	}
	return t
}

// check is called for what could not be read: it may be absent, unless it must
// be there, but never of another type.
func (d *decoder) check(name string, must bool, want string) {
	if must || d.row[name] != nil {
		d.wrong(name, want)
	}
}

func (d *decoder) wrong(name, want string) {
	if d.err == nil {
		d.err = fmt.Errorf("attribute %s: want %s", name, want)
	}
}
