package triggertest

import (
	"context"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/testevent"
)

// The tables.
const (
	Table   = "integrates_vms"     // the one whose stream triggers get
	Archive = "integrates_archive" // hash pk, range sk, no stream
)

// T is what of a *testing.T or a *rapid.T is needed.
type T interface {
	Helper()
	Fatalf(format string, arguments ...any)
}

// Database holds the tables. It has the methods of *dynamodb.Client that a trigger
// calls; what goes wrong with them is for the fields to say. One goroutine at a time
// may use it.
type Database struct {
	// Calls are the calls that were made, in order, as "GetItem VULN#v1",
	// "Query FIN#f1", "Query inverted_index FIN#f1", "PutItem VULN#v1" or
	// "UpdateItem FIN#f1: SET … IF …". A read of a table that is not consistent says
	// so: "GetItem VULN#v1, eventually".
	Calls []string
	// Written is what calls changed, in order. One that changed nothing is not there.
	Written []Write
	// Before is asked before a call, with its line of Calls: with an error the call
	// is not made. After is asked after it: with an error the answer is lost, while
	// what was written stays. nil = nothing goes wrong.
	Before, After func(call string) error
	// PageSize is how many items a page of a query has at most; 0 = as many as go
	// into 1 MB.
	PageSize int32
	// Index answers queries of indexes in place of the tables, as an index that lags
	// behind does: an earlier [Database.Clone].
	Index *memory.Database

	t       T
	store   *memory.Database
	pending []testevent.Change
}

// Write is a change of an item in one of the tables.
type Write struct {
	Table string
	testevent.Change
}

// New returns empty tables: those of fixtures/tables, two folders above the test's.
func New(t T) *Database {
	t.Helper()
	d := &Database{t: t, store: memory.NewDatabase(memory.Options{})}
	tables, err := harness.LoadTables(filepath.Join("..", "..", "fixtures", "tables"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	for _, table := range tables {
		d.do(table)
	}
	return d
}

// do makes a call of the test's own: it is not in Calls, and nothing goes wrong.
func (d *Database) do(input any) any {
	d.t.Helper()
	out, err := d.store.Do(context.Background(), input)
	if err != nil {
		d.t.Fatalf("triggertest: %v", err)
	}
	return out
}

// Entity is one of the model's.
type Entity interface{ Item() (model.Item, error) }

// Item is the item of an entity.
func Item(t T, e Entity) model.Item {
	t.Helper()
	item, err := e.Item()
	if err != nil {
		t.Fatalf("%T: %v", e, err)
	}
	return item
}

// Seed puts entities whose records nobody is to get.
func (d *Database) Seed(entities ...Entity) {
	d.t.Helper()
	for _, e := range entities {
		d.Put(Item(d.t, e))
	}
	d.Take()
}

// Put writes an item of Table and returns what changed. As in a stream, what is
// written as it was is no change: then both images of it are nil.
func (d *Database) Put(item model.Item) testevent.Change {
	d.t.Helper()
	return d.write(Table, keyOf(d.t, item), func() {
		d.do(&dynamodb.PutItemInput{TableName: aws.String(Table), Item: item})
	})
}

// Remove deletes an item of Table, if it is there, and returns what changed.
func (d *Database) Remove(key model.Key) testevent.Change {
	d.t.Helper()
	return d.write(Table, key, func() {
		d.do(&dynamodb.DeleteItemInput{TableName: aws.String(Table), Key: key.Item()})
	})
}

// write does something to an item, and keeps what changed for [Database.Take].
func (d *Database) write(table string, key model.Key, do func()) testevent.Change {
	d.t.Helper()
	before := d.item(table, key)
	do()
	after := d.item(table, key)
	if (before == nil) == (after == nil) && model.EqualItems(before, after) {
		return testevent.Change{}
	}
	change := testevent.Change{Before: before, After: after}
	if table == Table {
		d.pending = append(d.pending, change)
	}
	return change
}

// Take returns the changes of Table since it was last called, the triggers' own among
// them: what a stream would tell.
func (d *Database) Take() []testevent.Change {
	pending := d.pending
	d.pending = nil
	return pending
}

// Item returns an item of Table, nil if there is none.
func (d *Database) Item(key model.Key) model.Item {
	d.t.Helper()
	return d.item(Table, key)
}

func (d *Database) item(table string, key model.Key) model.Item {
	d.t.Helper()
	out := d.do(&dynamodb.GetItemInput{TableName: &table, Key: key.Item(), ConsistentRead: aws.Bool(true)})
	return out.(*dynamodb.GetItemOutput).Item
}

// Items returns all items of a table.
func (d *Database) Items(table string) map[model.Key]model.Item {
	d.t.Helper()
	return itemsOf(d.t, d.store, table)
}

// itemsOf scans a table to the last page.
func itemsOf(t T, store *memory.Database, table string) map[model.Key]model.Item {
	t.Helper()
	items := map[model.Key]model.Item{}
	in := &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)}
	for {
		out, err := store.Do(context.Background(), in)
		if err != nil {
			t.Fatalf("triggertest: %v", err)
		}
		page := out.(*dynamodb.ScanOutput)
		for _, item := range page.Items {
			items[keyOf(t, item)] = item
		}
		if page.LastEvaluatedKey == nil {
			return items
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
}

// Clone is the database as it is, for Index.
func (d *Database) Clone() *memory.Database { return d.store.Clone() }

func keyOf(t T, item map[string]types.AttributeValue) model.Key {
	t.Helper()
	key, err := model.KeyOf(item)
	if err != nil {
		t.Fatalf("triggertest: %v", err)
	}
	return key
}
