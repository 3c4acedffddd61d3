package consumer_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const (
	// itemsPerTable count up in each table; itemsOfMany in the one with many shards,
	// so that hardly a shard is without.
	itemsPerTable = 7
	itemsOfMany   = 100
	// mostAhead is how many records of a table may be written and not delivered:
	// so there is always a backlog, and never a long one.
	mostAhead = 60
	// changeEvery is after how many records a shard of the scripted table splits or
	// rolls over, until there are mostShards open ones.
	changeEvery = 100
	mostShards  = 10
)

// crashLedger is what was written, and what workers report.
type crashLedger struct {
	ended chan struct{} // closed at the end of the pipe, or with err
	err   error

	mu      sync.Mutex
	next    chan struct{} // closed by the next change
	reports []report
	wrote   map[string]tally // by table
	got     map[string]tally
	lives   map[string]bool  // that delivered something
	last    map[string]int64 // last sequence number that was delivered, by shard
}

// tally is the last number of each item.
type tally map[string]int

func (t tally) sum() (n int) {
	for _, last := range t {
		n += last
	}
	return n
}

func newCrashLedger(pipe *os.File) *crashLedger {
	l := &crashLedger{
		ended: make(chan struct{}), next: make(chan struct{}),
		wrote: map[string]tally{}, got: map[string]tally{}, lives: map[string]bool{}, last: map[string]int64{},
	}
	go func() {
		defer close(l.ended)
		defer pipe.Close()
		lines := bufio.NewScanner(pipe)
		for l.err == nil && lines.Scan() {
			l.err = l.take(lines.Bytes())
		}
		l.err = errors.Join(l.err, lines.Err())
	}()
	return l
}

// take notes one line of a worker.
func (l *crashLedger) take(line []byte) error {
	var r report
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("line %q: %w", line, err)
	}
	records, err := parseCounted(r.Records)
	if err != nil {
		return fmt.Errorf("line %q: %w", line, err)
	}
	l.change(func() {
		l.reports = append(l.reports, r)
		for _, c := range records {
			raise(l.got, r.Table, c.item, c.n)
			shard := r.Table + "/" + r.Shard
			l.last[shard] = max(l.last[shard], c.sequence)
			l.lives[r.Life] = true
		}
	})
	return nil
}

func raise(tallies map[string]tally, table, item string, n int) {
	if tallies[table] == nil {
		tallies[table] = tally{}
	}
	tallies[table][item] = max(tallies[table][item], n)
}

func (l *crashLedger) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.next)
	l.next = make(chan struct{})
}

// more returns a channel that is closed by the next change.
func (l *crashLedger) more() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next
}

func (l *crashLedger) delivered(life string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lives[life]
}

func (l *crashLedger) ahead(table string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wrote[table].sum() - l.got[table].sum()
}

// behind names an item of which not all is delivered.
func (l *crashLedger) behind() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for table, items := range l.wrote {
		for item, n := range items {
			if got := l.got[table][item]; got < n {
				return fmt.Sprintf("item %s of %s: %d of %d", item, table, got, n)
			}
		}
	}
	return ""
}

// lastOfShards is the last sequence number of each, by table and shard.
func (l *crashLedger) lastOfShards() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := make(map[string]int64, len(l.last))
	for shard, sequence := range l.last {
		last[shard] = sequence
	}
	return last
}

func (l *crashLedger) written() map[string]map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[string]map[string]int{}
	for table, items := range l.wrote {
		all[table] = items
	}
	return all
}

func createCounters(t testing.TB, tables *dynamodb.Client, name string) {
	t.Helper()
	_, err := tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// write counts items up, now of this table, now of that, until the context ends;
// then once more each, so that every shard gets a record after the last kill.
func (f *fleet) write(ctx context.Context) {
	tables := append(slices.Repeat([]string{wideTable}, 5), f.order.Names...)
	for ctx.Err() == nil {
		more, wrote := f.ledger.more(), false
		for _, table := range tables {
			if f.ledger.ahead(table) < mostAhead && ctx.Err() == nil {
				f.countUp(table, f.drawn.IntN(items(table)))
				wrote = true
			}
		}
		if !wrote {
			select {
			case <-more:
			case <-ctx.Done():
			}
		}
	}
	for _, table := range tables[4:] {
		for item := range items(table) {
			f.countUp(table, item)
		}
	}
}

func items(table string) int {
	if table == wideTable {
		return itemsOfMany
	}
	return itemsPerTable
}

// countUp writes the next number of an item. It is noted first: else it might be
// delivered before it was written.
func (f *fleet) countUp(table string, i int) {
	item, n := "i"+strconv.Itoa(i), 0
	f.ledger.change(func() {
		n = f.ledger.wrote[table][item] + 1
		raise(f.ledger.wrote, table, item, n)
	})
	if table == wideTable {
		f.script.Put(table, streamtypes.Record{Dynamodb: &streamtypes.StreamRecord{
			Keys:     map[string]streamtypes.AttributeValue{"pk": &streamtypes.AttributeValueMemberS{Value: item}},
			NewImage: map[string]streamtypes.AttributeValue{"n": &streamtypes.AttributeValueMemberN{Value: strconv.Itoa(n)}},
		}})
		f.reshard()
		return
	}
	_, err := f.tables.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: item}, "n": &types.AttributeValueMemberN{Value: strconv.Itoa(n)},
	}})
	if err != nil {
		f.t.Errorf("write %s to %s: %v", item, table, err)
	}
}

// reshard splits a shard of the scripted table every now and then, or lets it roll
// over.
func (f *fleet) reshard() {
	f.ledger.mu.Lock()
	n := f.ledger.wrote[wideTable].sum()
	f.ledger.mu.Unlock()
	if n%changeEvery != 0 {
		return
	}
	open := f.script.Shards(wideTable)
	if shard := open[f.drawn.IntN(len(open))]; len(open) < mostShards {
		f.script.Split(shard)
	} else {
		f.script.Roll(shard)
	}
}

// shards counts the open shards of the scripted table.
func (f *fleet) shards() int { return len(f.script.Shards(wideTable)) }
