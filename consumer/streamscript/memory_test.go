package streamscript_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	tabletypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// TestAsTheMemoryEngine: where this endpoint and the memory engine model the same
// streams, the same script gets the same answers from both: sequence numbers,
// records and their order, lineage, where iterators end, and the codes of errors.
//
// It leaves out where they differ on purpose: the memory engine takes
// AFTER_SEQUENCE_NUMBER of the very last record that was trimmed, since nothing is
// lost by it, and refuses numbers behind the end of a closed shard; this endpoint
// the other way round. Retention by the clock, the 1 MB page and AT_TIMESTAMP are
// the memory engine's alone, quirks and single shards this endpoint's.
func TestAsTheMemoryEngine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair(t)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			p.step(t)
		}
	})
}

// pair is one stream on both sides.
type pair struct {
	db       *memory.Database
	tables   *memory.Client
	endpoint *streamscript.Endpoint
	sides    [2]side // the memory engine, the endpoint
	open     bool    // the stream is enabled
}

// side is one of them as a consumer sees it.
type side struct {
	streams consumer.StreamsAPI
	arn     string
	places  []*string // iterators; nil = at the end of its shard
}

func newPair(t *rapid.T) *pair {
	p := &pair{db: memory.NewDatabase(memory.Options{}), endpoint: streamscript.New(streamscript.Options{}), open: true}
	p.tables = memory.NewClient(p.db)
	made, err := p.tables.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName: aws.String("vms"), BillingMode: tabletypes.BillingModePayPerRequest,
		AttributeDefinitions: []tabletypes.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
		KeySchema:            []tabletypes.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
		StreamSpecification:  &tabletypes.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: "KEYS_ONLY"},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.sides[0] = side{streams: memory.NewStreamsClient(p.db), arn: *made.TableDescription.LatestStreamArn}
	p.sides[1] = side{streams: p.endpoint, arn: p.endpoint.Enable("vms", types.StreamViewTypeKeysOnly)}
	return p
}

// step does one thing on both sides and compares what they answer.
func (p *pair) step(t *rapid.T) {
	steps := []func(*rapid.T){p.iterator, p.iterator, p.read, p.read, p.read, p.emptyPage, p.advance}
	if p.open {
		steps = append(steps, p.put, p.put, p.put, p.split, p.roll, p.trim, p.expire)
		if rapid.IntRange(0, 9).Draw(t, "end") == 0 {
			steps = []func(*rapid.T){p.disable}
		}
	}
	rapid.SampledFrom(steps).Draw(t, "step")(t)
	p.same(t, func(s *side) string { return s.lineage(t) })
}

func (p *pair) same(t *rapid.T, ask func(*side) string) {
	t.Helper()
	if diff := cmp.Diff(ask(&p.sides[0]), ask(&p.sides[1])); diff != "" {
		t.Fatalf("(-memory engine +endpoint):\n%s", diff)
	}
}

func (s *side) shards(t *rapid.T) []types.Shard {
	t.Helper()
	d, err := s.streams.DescribeStream(context.Background(), &dynamodbstreams.DescribeStreamInput{StreamArn: &s.arn})
	if err != nil {
		t.Fatal(err)
	}
	return d.StreamDescription.Shards
}

// lineage writes shards by their order: "1 of 0 from 5 to 9".
func (s *side) lineage(t *rapid.T) string {
	place := map[string]int{}
	var lines []string
	for i, h := range s.shards(t) {
		place[*h.ShardId] = i
		line := fmt.Sprint(i)
		if h.ParentShardId != nil {
			line += fmt.Sprint(" of ", place[*h.ParentShardId])
		}
		lines = append(lines, fmt.Sprint(line, " from ", *h.SequenceNumberRange.StartingSequenceNumber, " to ", aws.ToString(h.SequenceNumberRange.EndingSequenceNumber)))
	}
	return strings.Join(lines, "\n")
}

// put writes to the memory engine, which chooses the shard, and to the same shard
// of the endpoint: the two place items by hashes of their own.
func (p *pair) put(t *rapid.T) {
	key := fmt.Sprint("item", p.db.Writes())
	_, err := p.tables.PutItem(context.Background(), &dynamodb.PutItemInput{
		TableName: aws.String("vms"), Item: map[string]tabletypes.AttributeValue{"pk": &tabletypes.AttributeValueMemberS{Value: key}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range p.sides[0].shards(t) {
		if records := p.sides[0].all(t, h.ShardId); len(records) > 0 && keyOf(records[len(records)-1]) == key {
			p.endpoint.PutTo(*p.sides[1].shards(t)[i].ShardId, item(key))
		}
	}
}

// all are the records of a shard.
func (s *side) all(t *rapid.T, shard *string) []types.Record {
	t.Helper()
	ctx := context.Background()
	it, err := s.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &s.arn, ShardId: shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: it.ShardIterator})
	if err != nil {
		t.Fatal(err)
	}
	return page.Records
}

func keyOf(r types.Record) string {
	return r.Dynamodb.Keys["pk"].(*types.AttributeValueMemberS).Value
}

// split lets the memory engine choose the shard, too.
func (p *pair) split(t *rapid.T) {
	before := p.sides[0].shards(t)
	if err := p.db.SplitShard("vms"); err != nil {
		t.Fatal(err)
	}
	for i, h := range p.sides[0].shards(t)[:len(before)] {
		if h.SequenceNumberRange.EndingSequenceNumber != nil && before[i].SequenceNumberRange.EndingSequenceNumber == nil {
			p.endpoint.Split(*p.sides[1].shards(t)[i].ShardId)
		}
	}
}

func (p *pair) roll(t *rapid.T) {
	if err := p.db.CloseShard("vms"); err != nil {
		t.Fatal(err)
	}
	for _, id := range p.endpoint.Shards("vms") {
		p.endpoint.Roll(id)
	}
}

func (p *pair) trim(t *rapid.T) {
	if err := p.db.Trim("vms"); err != nil {
		t.Fatal(err)
	}
	for _, h := range p.sides[1].shards(t) {
		if records := p.sides[1].all(t, h.ShardId); len(records) > 0 {
			p.endpoint.Trim(*h.ShardId, *records[len(records)-1].Dynamodb.SequenceNumber)
		}
	}
}

func (p *pair) expire(t *rapid.T) {
	if err := p.db.ExpireIterators("vms"); err != nil {
		t.Fatal(err)
	}
	p.endpoint.ExpireIterators()
}

func (p *pair) disable(t *rapid.T) {
	_, err := p.tables.UpdateTable(context.Background(), &dynamodb.UpdateTableInput{
		TableName: aws.String("vms"), StreamSpecification: &tabletypes.StreamSpecification{StreamEnabled: aws.Bool(false)}})
	if err != nil {
		t.Fatal(err)
	}
	p.endpoint.Disable("vms")
	p.open = false
}

// advance moves both clocks, never to where the memory engine trims.
func (p *pair) advance(t *rapid.T) {
	d := rapid.SampledFrom([]time.Duration{time.Second, 7 * time.Minute, 15 * time.Minute}).Draw(t, "by")
	p.db.Advance(d)
	p.endpoint.Advance(d)
}

// iterator takes one on both sides, or the same refusal.
func (p *pair) iterator(t *rapid.T) {
	shard := rapid.IntRange(0, len(p.sides[0].shards(t))).Draw(t, "shard") // one too many
	in := dynamodbstreams.GetShardIteratorInput{ShardIteratorType: rapid.SampledFrom([]types.ShardIteratorType{
		"TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"}).Draw(t, "type")}
	if strings.Contains(string(in.ShardIteratorType), "SEQUENCE") {
		in.SequenceNumber = p.number(t, shard)
	}
	p.same(t, func(s *side) string {
		in := in
		in.StreamArn, in.ShardId = &s.arn, aws.String("none")
		if shards := s.shards(t); shard < len(shards) {
			in.ShardId = shards[shard].ShardId
		}
		out, err := s.streams.GetShardIterator(context.Background(), &in)
		if err != nil {
			return code(err)
		}
		s.places = append(s.places, out.ShardIterator)
		return "taken"
	})
}

// number is that of a record in the shard, its beginning, one before it or none.
func (p *pair) number(t *rapid.T, shard int) *string {
	choices := []*string{nil, aws.String(strings.Repeat("0", 21))}
	if shards := p.sides[0].shards(t); shard < len(shards) {
		for _, r := range p.sides[0].all(t, shards[shard].ShardId) {
			choices = append(choices, r.Dynamodb.SequenceNumber)
		}
	}
	return rapid.SampledFrom(choices).Draw(t, "number")
}

// read reads a page with an iterator and moves it on.
func (p *pair) read(t *rapid.T) {
	if len(p.sides[0].places) == 0 {
		return
	}
	place := rapid.IntRange(0, len(p.sides[0].places)-1).Draw(t, "iterator")
	limit := rapid.SampledFrom([]*int32{nil, aws.Int32(1), aws.Int32(2), aws.Int32(1000), aws.Int32(0), aws.Int32(1001)}).Draw(t, "limit")
	p.same(t, func(s *side) string {
		if s.places[place] == nil {
			return "read to its end"
		}
		out, err := s.streams.GetRecords(context.Background(), &dynamodbstreams.GetRecordsInput{ShardIterator: s.places[place], Limit: limit})
		if err != nil {
			return code(err)
		}
		s.places[place] = out.NextShardIterator
		var lines []string
		for _, r := range out.Records {
			lines = append(lines, *r.Dynamodb.SequenceNumber+" "+string(r.EventName)+" "+keyOf(r))
		}
		if out.NextShardIterator == nil {
			lines = append(lines, "the end")
		}
		return strings.Join(lines, "\n")
	})
}

// emptyPage reads a page that is told to be empty.
func (p *pair) emptyPage(t *rapid.T) {
	if !p.open {
		return
	}
	empty := func(pages int) {
		if err := p.db.EmptyPages("vms", pages); err != nil {
			t.Fatal(err)
		}
		for _, h := range p.sides[1].shards(t) {
			p.endpoint.EmptyPages(*h.ShardId, pages)
		}
	}
	empty(1)
	p.read(t)
	empty(0)
}
