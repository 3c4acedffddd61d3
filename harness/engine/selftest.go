package engine

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

const (
	selfTestStreamed = "stillwater_selftest_streamed"
	selfTestPlain    = "stillwater_selftest_plain"
	selfTestKey      = "id"

	// bulk is how many records complete paging is tried with, and page how many of them a page is asked for: several
	// full pages and a rest. Pages of the full 1,000 take the same way through the server and a second longer, at
	// every start.
	bulk = 100
	page = 40
	// batch is the most that one BatchWriteItem takes. Transactions take 100, but cost the container a third more.
	batch = 25
)

// SelfTest checks on two databases that nobody used what the verdict "settled" rests on: one dense counter of item
// mutations per database, records that are readable when their write returns, paging that ends only where the shard
// ends, and that the two do not see each other. What does not hold comes back as a [BrokenError] that names it; other
// errors mean that the test could not be made.
//
// Each of its writes may be repeated by the SDK where a connection breaks: the second time it changes nothing.
//
// It leaves its tables behind: throw both databases away.
func SelfTest(ctx context.Context, a, b aws.Config) error {
	t, err := newSelfTest(ctx, a, b)
	if err == nil {
		err = t.run(ctx)
	}
	if err != nil {
		return fmt.Errorf("self-test: %w", err)
	}
	return nil
}

// selfTest is what it remembers between its steps.
type selfTest struct {
	db, otherDB  *dynamodb.Client
	fence, other *Fence
	records      *tail  // of the streamed table
	arn          string // of its stream
	api          *dynamodbstreams.Client

	at, otherAt uint64 // the last marks of both fences
	seen        int    // records read from the streamed table
}

func newSelfTest(ctx context.Context, a, b aws.Config) (*selfTest, error) {
	t := &selfTest{db: dynamodb.NewFromConfig(a), otherDB: dynamodb.NewFromConfig(b), api: dynamodbstreams.NewFromConfig(a)}
	var err error
	if t.fence, err = NewFence(ctx, a); err != nil {
		return nil, err
	}
	if t.other, err = NewFence(ctx, b); err != nil {
		return nil, err
	}
	if t.arn, err = streamedTable(ctx, t.db, selfTestStreamed, selfTestKey); err != nil {
		return nil, err
	}
	if _, err = t.db.CreateTable(ctx, tableInput(selfTestPlain, selfTestKey, nil)); err != nil {
		return nil, fmt.Errorf("table %s: %w", selfTestPlain, err)
	}
	return t, nil
}

func (t *selfTest) run(ctx context.Context) error {
	for _, part := range []func(context.Context) error{t.separate, t.start, t.counting, t.paging, t.undisturbed} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// start writes the first record, so that the iterator is not taken on an empty shard, and takes the first marks.
func (t *selfTest) start(ctx context.Context) (err error) {
	if _, err = t.db.PutItem(ctx, put(selfTestStreamed, "first", 0)); err != nil {
		return err
	}
	if t.records, err = newTail(ctx, t.api, t.arn); err != nil {
		return err
	}
	first, err := t.records.read(ctx)
	if err != nil {
		return err
	}
	if len(first) != 1 {
		return broken(Visibility, fmt.Sprintf("%d records were there when the first write had returned, want 1", len(first)))
	}
	t.seen = 1
	if t.at, err = t.fence.Mark(ctx); err != nil {
		return err
	}
	t.otherAt, err = t.other.Mark(ctx)
	return err
}

// step is one call and what it must do to the counter and to the stream of the streamed table.
type step struct {
	what    string
	moves   uint64
	records int
	do      func(context.Context) error
}

// counting makes one call after another: each must move the counter by exactly as many items as it changed, in
// whichever table, and its records must be there at once, numbered by that counter.
func (t *selfTest) counting(ctx context.Context) error {
	for _, s := range t.steps() {
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
		if err := t.arrived(ctx, s); err != nil {
			return err
		}
		if err := t.moved(ctx, s.what, s.moves); err != nil {
			return err
		}
	}
	return nil
}

// arrived reads the records of a step and compares their number and their sequence numbers.
func (t *selfTest) arrived(ctx context.Context, s step) error {
	records, err := t.records.read(ctx)
	if err != nil {
		return err
	}
	t.seen += len(records)
	if len(records) < s.records {
		return broken(Visibility, fmt.Sprintf("%s: %d of its %d records were there when it had returned", s.what, len(records), s.records))
	}
	if len(records) > s.records {
		return broken(DenseCounter, fmt.Sprintf("%s: made %d records, want %d", s.what, len(records), s.records))
	}
	return consecutive(records, t.at+s.moves-uint64(s.records), s.what)
}

// moved takes a mark and compares it with the one before: the mark itself counts one.
func (t *selfTest) moved(ctx context.Context, what string, want uint64) error {
	at, err := t.fence.Mark(ctx)
	if err != nil {
		return err
	}
	if got := int64(at-t.at) - 1; got != int64(want) {
		return broken(DenseCounter, fmt.Sprintf("%s: moved the counter by %d, want %d", what, got, want))
	}
	t.at = at
	return nil
}

// paging writes more records than it asks for in a page, and reads the shard from its start to the first empty page.
func (t *selfTest) paging(ctx context.Context) error {
	if err := t.fill(ctx); err != nil {
		return err
	}
	whole, err := newTail(ctx, t.api, t.arn)
	if err != nil {
		return err
	}
	whole.limit = aws.Int32(page)
	var all []streamtypes.Record
	for {
		records, err := whole.read(ctx)
		if err != nil {
			return err
		}
		if len(records) == 0 {
			break
		}
		all = append(all, records...)
	}
	if want := t.seen + bulk; len(all) != want {
		return broken(Paging, fmt.Sprintf("reading a shard to its first empty page gave %d records, want %d", len(all), want))
	}
	if err := consecutive(all[t.seen:], t.at, "puts in batches"); err != nil {
		return err
	}
	return t.moved(ctx, "puts in batches", bulk)
}

// fill writes bulk items.
func (t *selfTest) fill(ctx context.Context) error {
	for first := 0; first < bulk; first += batch {
		puts := make([]types.WriteRequest, 0, batch)
		for i := first; i < first+batch; i++ {
			puts = append(puts, types.WriteRequest{PutRequest: &types.PutRequest{Item: key("bulk" + strconv.Itoa(i))}})
		}
		out, err := t.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{selfTestStreamed: puts},
		})
		if err != nil {
			return fmt.Errorf("batch of %d puts: %w", batch, err)
		}
		if n := len(out.UnprocessedItems); n > 0 {
			return fmt.Errorf("batch of %d puts: part of it was not processed: the endpoint throttles", batch)
		}
	}
	return nil
}

// separate comes before counting: a database that is two would count wrongly as well.
func (t *selfTest) separate(ctx context.Context) error {
	out, err := t.otherDB.ListTables(ctx, &dynamodb.ListTablesInput{})
	if err != nil {
		return err
	}
	for _, name := range out.TableNames {
		if name != FenceTable {
			return broken(Isolation, fmt.Sprintf("one access key sees table %q of another", name))
		}
	}
	return nil
}

// undisturbed is last: by now the first database was written to a lot.
func (t *selfTest) undisturbed(ctx context.Context) error {
	at, err := t.other.Mark(ctx)
	if err != nil {
		return err
	}
	if at != t.otherAt+1 {
		return broken(Isolation, fmt.Sprintf("writes under one access key moved the counter of another by %d", at-t.otherAt-1))
	}
	return nil
}

// consecutive checks that records carry the numbers after+1, after+2, …
func consecutive(records []streamtypes.Record, after uint64, what string) error {
	for i, record := range records {
		n, err := sequence(record)
		if err != nil {
			return err
		}
		if want := after + uint64(i) + 1; n != want {
			return broken(DenseCounter, fmt.Sprintf("%s: a record has sequence number %d, want %d", what, n, want))
		}
	}
	return nil
}
