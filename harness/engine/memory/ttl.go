package memory

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// oldest is how long ago an item may have expired and still be deleted: what is
// older is taken for a mistake (TTL page).
const oldest = 5 * 365 * 24 * time.Hour

func (db *Database) updateTimeToLive(in *dynamodb.UpdateTimeToLiveInput) (*dynamodb.UpdateTimeToLiveOutput, error) {
	var c constraints
	c.table(in.TableName)
	c.required("timeToLiveSpecification", in.TimeToLiveSpecification == nil)
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.described(in.TableName)
	if err != nil {
		return nil, err
	}
	spec := in.TimeToLiveSpecification
	name, on := aws.ToString(spec.AttributeName), aws.ToBool(spec.Enabled)
	switch {
	case name == "":
		return nil, validation.Errorf("1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case on && t.ttl == name:
		return nil, validation.Errorf("TimeToLive is already enabled")
	case !on && t.ttl == "":
		return nil, validation.Errorf("TimeToLive is already disabled")
	case t.ttl != "" && t.ttl != name:
		return nil, validation.Errorf("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.ttl)
	}
	t.ttl = ""
	if on {
		t.ttl = name
	}
	return &dynamodb.UpdateTimeToLiveOutput{TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(name), Enabled: aws.Bool(on)}}, nil
}

func (db *Database) describeTimeToLive(in *dynamodb.DescribeTimeToLiveInput) (*dynamodb.DescribeTimeToLiveOutput, error) {
	if err := checkTableName(in.TableName); err != nil {
		return nil, err
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.described(in.TableName)
	if err != nil {
		return nil, err
	}
	d := &types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusDisabled}
	if t.ttl != "" {
		d.TimeToLiveStatus, d.AttributeName = types.TimeToLiveStatusEnabled, aws.String(t.ttl)
	}
	return &dynamodb.DescribeTimeToLiveOutput{TimeToLiveDescription: d}, nil
}

// Sweep deletes the items whose time to live has passed, as the service does at
// some time within days: here it does so when it is told. Their records are the
// service's. It returns how many they were.
func (db *Database) Sweep() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	swept := 0
	db.state.tables.Scan(func(_ string, t *table) bool {
		for _, r := range t.expired(db.now()) {
			db.expire(t, r)
			swept++
		}
		return true
	})
	return swept
}

// expired are the rows whose time to live has passed, in the order of a scan.
func (t *table) expired(now time.Time) []*row {
	var list []*row
	if t.ttl == "" {
		return nil
	}
	t.rows.Scan(func(_ string, r *row) bool {
		v, ok := r.item[t.ttl].(*types.AttributeValueMemberN)
		if !ok {
			return true // not a number: never
		}
		seconds, err := strconv.ParseFloat(v.Value, 64)
		at := time.Unix(int64(seconds), 0)
		if err == nil && !at.After(now) && at.After(now.Add(-oldest)) {
			list = append(list, r)
		}
		return true
	})
	return list
}

// Expire deletes one item as the service does when its time to live has passed,
// whatever the settings of its table. An item that is not there is an error.
func (db *Database) Expire(table string, key map[string]types.AttributeValue) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(&table)
	if err != nil {
		return fmt.Errorf("memory: expire: table %s: %w", table, err)
	}
	normal, err := normalKey(key)
	if err == nil {
		err = t.schema.CheckKey(normal)
	}
	if err != nil {
		return fmt.Errorf("memory: expire: table %s: %w", table, err)
	}
	r, ok := t.rows.Get(keyOf(t.schema, normal))
	if !ok {
		return fmt.Errorf("memory: expire: table %s: no item has that key: write it first", table)
	}
	db.expire(t, r)
	return nil
}

func (db *Database) expire(t *table, r *row) {
	m := &mutation{table: t, key: r.key, delete: true}
	db.apply(service(), outcome{at: m, change: change{old: r}, old: item.Item(r.item)})
}
