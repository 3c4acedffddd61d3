package memory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// world is a database that is written to at random.
type world struct {
	db     *memory.Database
	client *memory.Client
}

func newWorld(seed uint64) *world {
	db := memory.NewDatabase(memory.Options{Seed: seed})
	w := &world{db, memory.NewClient(db)}
	in := streamedTable(types.StreamViewTypeNewAndOldImages)
	in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: aws.String("byv"), Projection: &types.Projection{ProjectionType: "ALL"},
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("g"), KeyType: "HASH"}, {AttributeName: aws.String("v"), KeyType: "RANGE"}}}}
	in.AttributeDefinitions = append(in.AttributeDefinitions,
		types.AttributeDefinition{AttributeName: aws.String("g"), AttributeType: "S"}, types.AttributeDefinition{AttributeName: aws.String("v"), AttributeType: "N"})
	if _, err := w.client.CreateTable(context.Background(), in); err != nil {
		panic(err)
	}
	return w
}

// step is one thing that happens to a world.
type step struct {
	verb string
	key  string
	v    int
}

func drawStep(t *rapid.T) step {
	return step{
		verb: rapid.SampledFrom([]string{"put", "put", "put", "delete", "update", "split", "close", "advance", "trim", "expire"}).Draw(t, "verb"),
		key:  rapid.SampledFrom([]string{"a", "b", "c", "d", "h", "z"}).Draw(t, "key"),
		v:    rapid.IntRange(-3, 3).Draw(t, "v"),
	}
}

func (w *world) do(s step) error {
	ctx := context.Background()
	switch s.verb {
	case "put":
		_, err := w.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("tab"),
			Item: map[string]types.AttributeValue{"pk": text(s.key), "g": text("g"), "v": number(s.v)}})
		return err
	case "update":
		_, err := w.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: aws.String("tab"), Key: key(s.key),
			UpdateExpression: aws.String("ADD v :v"), ExpressionAttributeValues: map[string]types.AttributeValue{":v": number(s.v)}})
		return err
	case "delete":
		_, err := w.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String("tab"), Key: key(s.key)})
		return err
	case "split":
		return w.db.SplitShard("tab")
	case "close":
		return w.db.CloseShard("tab")
	case "trim":
		return w.db.Trim("tab")
	case "expire":
		_ = w.db.Expire("tab", key(s.key)) // it may not be there
		return nil
	}
	w.db.Advance(time.Duration(s.v+4) * time.Hour)
	return nil
}

// seen is all that a client can see of a world, with the names of things by their
// first use.
type seen struct {
	Items, Index []map[string]types.AttributeValue
	Shards       []string
	Records      [][]streamtypes.Record
	Bytes        int64
}

func (w *world) look(t *rapid.T) seen {
	ctx := context.Background()
	var s seen
	scan, err := w.client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("tab")})
	fatal(t, err)
	index, err := w.client.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("tab"), IndexName: aws.String("byv"),
		KeyConditionExpression: aws.String("g = :g"), ExpressionAttributeValues: map[string]types.AttributeValue{":g": text("g")}})
	fatal(t, err)
	s.Items, s.Index = scan.Items, index.Items
	table, err := w.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	fatal(t, err)
	s.Bytes = *table.Table.TableSizeBytes
	names := map[string]string{}
	for i, h := range w.shards(t, table.Table.LatestStreamArn) {
		names[*h.ShardId] = fmt.Sprint(i)
		s.Shards = append(s.Shards, fmt.Sprintf("%s of %s closed %v", names[*h.ShardId], names[aws.ToString(h.ParentShardId)], h.SequenceNumberRange.EndingSequenceNumber != nil))
		s.Records = append(s.Records, w.read(t, table.Table.LatestStreamArn, h.ShardId))
	}
	return s
}

func fatal(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) shards(t *rapid.T, arn *string) []streamtypes.Shard {
	out, err := memory.NewStreamsClient(w.db).DescribeStream(context.Background(), &dynamodbstreams.DescribeStreamInput{StreamArn: arn})
	fatal(t, err)
	return out.StreamDescription.Shards
}

// read reads a shard to its first empty page or its end.
func (w *world) read(t *rapid.T, arn, shard *string) []streamtypes.Record {
	api := memory.NewStreamsClient(w.db)
	i, err := api.GetShardIterator(context.Background(), &dynamodbstreams.GetShardIteratorInput{StreamArn: arn, ShardId: shard, ShardIteratorType: "TRIM_HORIZON"})
	fatal(t, err)
	var all []streamtypes.Record
	for next := i.ShardIterator; next != nil; {
		out, err := api.GetRecords(context.Background(), &dynamodbstreams.GetRecordsInput{ShardIterator: next, Limit: aws.Int32(2)})
		fatal(t, err)
		if len(out.Records) == 0 {
			break
		}
		all = append(all, out.Records...)
		next = out.NextShardIterator
	}
	return all
}

// unnamed compares what two worlds show but for the names that each made up.
func unnamed() cmp.Options {
	return cmp.Options{
		cmpopts.IgnoreFields(streamtypes.Record{}, "EventID"), cmpopts.IgnoreFields(streamtypes.StreamRecord{}, "SequenceNumber"),
		exact(),
	}
}

// exact compares all.
func exact() cmp.Options {
	return cmp.Options{cmpopts.EquateEmpty(), cmp.FilterPath(func(p cmp.Path) bool {
		return strings.HasPrefix(p.Last().String(), ".noSmithy")
	}, cmp.Ignore())}
}

// Equal hash, equal continuation: where two worlds that came about in different
// ways have one hash they show the same, and go on showing the same, with the same
// hashes, whatever happens to both.
func TestEqualHashEqualContinuation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(drawStep), 0, 12).Draw(t, "steps")
		a, b := newWorld(1), newWorld(2)
		for _, s := range steps {
			fatal(t, a.do(s))
		}
		for _, s := range rapid.Permutation(steps).Draw(t, "permutation") {
			fatal(t, b.do(s))
		}
		rest := rapid.SliceOfN(rapid.Custom(drawStep), 0, 6).Draw(t, "rest")
		for i := 0; ; i++ {
			same := cmp.Diff(a.look(t), b.look(t), unnamed())
			if (a.db.Hash() == b.db.Hash()) && same != "" {
				t.Fatalf("after %d: one hash, but:\n%s", i, same)
			}
			if a.db.Hash() != b.db.Hash() {
				return
			}
			if i == len(rest) {
				return
			}
			fatal(t, a.do(rest[i]))
			fatal(t, b.do(rest[i]))
			if a.db.Hash() != b.db.Hash() {
				t.Fatalf("after %d: the hashes were equal and are not after the same step %v", i, rest[i])
			}
		}
	})
}

// What a hash is independent of: the order of writes to items whose records are
// gone, the seed, and how often something was written and undone.
func TestHashForgetsTheWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,3}`), 1, 8, rapid.ID).Draw(t, "keys")
		a, b := newWorld(1), newWorld(2)
		for i, k := range keys {
			fatal(t, a.do(step{"put", k, i}))
		}
		for i, k := range rapid.Permutation(keys).Draw(t, "permutation") {
			if rapid.Bool().Draw(t, "detour") {
				fatal(t, b.do(step{"put", k, 100 + i}))
			}
			fatal(t, b.do(step{"put", k, slices.Index(keys, k)}))
		}
		if a.db.Hash() == b.db.Hash() && len(keys) > 1 && !slices.Equal(a.look(t).Shards, nil) && cmp.Diff(a.look(t).Records, b.look(t).Records, unnamed()) != "" {
			t.Fatal("one hash, but other records")
		}
		fatal(t, a.db.Trim("tab"))
		fatal(t, b.db.Trim("tab"))
		if a.db.Hash() != b.db.Hash() {
			t.Fatal("the same items and no records, but two hashes")
		}
	})
}

// A clone is the database that it was made of, and neither sees what happens to
// the other.
func TestCloneIsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(1)
		for _, s := range rapid.SliceOfN(rapid.Custom(drawStep), 0, 10).Draw(t, "before") {
			fatal(t, w.do(s))
		}
		hash, shown := w.db.Hash(), w.look(t)
		copied := w.db.Clone()
		clone := &world{copied, memory.NewClient(copied)}
		for _, s := range rapid.SliceOfN(rapid.Custom(drawStep), 1, 10).Draw(t, "after") {
			fatal(t, clone.do(s))
		}
		if diff := cmp.Diff(shown, w.look(t), exact()); diff != "" || w.db.Hash() != hash {
			t.Fatalf("the clone changed the original:\n%s", diff)
		}
		now := clone.look(t)
		w.db.Restore(copied)
		if diff := cmp.Diff(now, w.look(t), exact()); diff != "" || w.db.Hash() != copied.Hash() {
			t.Fatalf("restored it is something else:\n%s", diff)
		}
	})
}

// However shards split, close and roll over: read parents before children, the
// records of each item come in order, each once, and end at what the table holds.
func TestLineageKeepsOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(1)
		var want []string
		if rapid.Bool().Draw(t, "policy") {
			fatal(t, w.db.SetRollover("tab", memory.Rollover{Records: rapid.IntRange(1, 3).Draw(t, "records")}))
		}
		for i := range rapid.IntRange(1, 25).Draw(t, "writes") {
			verb := rapid.SampledFrom([]string{"put", "put", "put", "split", "close"}).Draw(t, "verb")
			k := rapid.SampledFrom([]string{"a", "b", "c", "h", "m", "z"}).Draw(t, "key")
			fatal(t, w.do(step{verb, k, i}))
			if verb == "put" {
				want = append(want, fmt.Sprintf("%s=%d", k, i))
			}
		}
		table, err := w.client.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
		fatal(t, err)
		var got []string
		known := map[string]bool{"": true}
		for _, h := range w.shards(t, table.Table.LatestStreamArn) {
			if !known[aws.ToString(h.ParentShardId)] {
				t.Fatalf("%s is listed before its parent", *h.ShardId)
			}
			known[*h.ShardId] = true
			for _, r := range w.read(t, table.Table.LatestStreamArn, h.ShardId) {
				got = append(got, fmt.Sprintf("%s=%s", r.Dynamodb.Keys["pk"].(*streamtypes.AttributeValueMemberS).Value,
					r.Dynamodb.NewImage["v"].(*streamtypes.AttributeValueMemberN).Value))
			}
		}
		byItem := func(a, b string) int { return strings.Compare(a[:1], b[:1]) }
		slices.SortStableFunc(want, byItem)
		slices.SortStableFunc(got, byItem)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-written +read:\n%s", diff)
		}
	})
}

// An index holds those items of the table that have its keys, in its order,
// whatever happened to them.
func TestIndexIsTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(1)
		for _, s := range rapid.SliceOfN(rapid.Custom(drawStep), 1, 30).Draw(t, "steps") {
			fatal(t, w.do(s))
		}
		shown := w.look(t)
		want := slices.DeleteFunc(shown.Items, func(it map[string]types.AttributeValue) bool { return it["g"] == nil || it["v"] == nil })
		got := slices.Clone(shown.Index)
		if !slices.IsSortedFunc(got, func(a, b map[string]types.AttributeValue) int { order, _ := item.Compare(a["v"], b["v"]); return order }) {
			t.Fatal("the index is not in its order")
		}
		byKey := func(a, b map[string]types.AttributeValue) int {
			order, _ := item.Compare(a["pk"], b["pk"])
			return order
		}
		slices.SortFunc(want, byKey)
		slices.SortFunc(got, byKey)
		if diff := cmp.Diff(want, got, exact()); diff != "" {
			t.Fatalf("-table +index:\n%s", diff)
		}
	})
}
