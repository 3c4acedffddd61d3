package memory

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// Limits of a page of records.
const (
	maxRecords    = 1000
	maxRecordPage = 1 << 20 // bytes
)

func (db *Database) getRecords(in *dynamodbstreams.GetRecordsInput) (*dynamodbstreams.GetRecordsOutput, error) {
	var c constraints
	c.required("shardIterator", in.ShardIterator == nil)
	c.least("limit", in.Limit, 1)
	c.most("limit", in.Limit, maxRecords)
	if err := c.err(); err != nil {
		return nil, err
	}
	db.mu.Lock() // trims
	defer db.mu.Unlock()
	s, h, i, err := db.use(in.ShardIterator)
	if err != nil {
		return nil, err
	}
	out := &dynamodbstreams.GetRecordsOutput{Records: []streamtypes.Record{}}
	if s.emptyPages > 0 {
		s.emptyPages-- // and it is not the last one
	} else {
		limit := maxRecords
		if in.Limit != nil {
			limit = int(*in.Limit)
		}
		if out.Records, i.from = db.readShard(s, h, i.from, limit); h.end > 0 && i.from > h.end {
			return out, nil // read to its end: there is nothing next
		}
	}
	i.given = db.now()
	out.NextShardIterator = i.token()
	return out, nil
}

// readShard returns a page of records and where the next one begins.
func (db *Database) readShard(s *stream, h *shard, from uint64, limit int) (page []streamtypes.Record, next uint64) {
	page, next = []streamtypes.Record{}, from
	bytes := 0
	h.records.Ascend(from, func(seq uint64, r *record) bool {
		if len(page) == limit {
			return false
		}
		shown := db.show(s, seq, r)
		bytes += int(*shown.Dynamodb.SizeBytes)
		if len(page) > 0 && bytes > maxRecordPage {
			return false
		}
		page, next = append(page, shown), seq+1
		return true
	})
	if len(page) == 0 && h.end > 0 {
		next = max(next, h.end+1)
	}
	return page, next
}

// show makes a record of the API. It shares nothing with the table.
func (db *Database) show(s *stream, seq uint64, r *record) streamtypes.Record {
	a, b := db.id(s.number, seq, 1), db.id(s.number, seq, 2)
	body := r.body(s)
	body.SequenceNumber = sequence(seq)
	out := streamtypes.Record{
		EventID: aws.String(fmt.Sprintf("%016x%016x", a, b)), EventName: r.name(),
		EventVersion: aws.String("1.1"), EventSource: aws.String("aws:dynamodb"),
		AwsRegion: aws.String(db.options.Region), Dynamodb: body,
	}
	if r.by != nil {
		out.UserIdentity = &streamtypes.Identity{Type: aws.String(r.by.kind), PrincipalId: aws.String(r.by.principal)}
	}
	return out
}

// body is what the view type of the stream shows. SizeBytes counts the keys and
// the images that are there (our measurement).
func (r *record) body(s *stream) *streamtypes.StreamRecord {
	keys := s.schema.KeyOf(r.any())
	size := item.Size(keys)
	body := &streamtypes.StreamRecord{
		ApproximateCreationDateTime: aws.Time(r.at), Keys: streamItem(keys), StreamViewType: s.view,
	}
	if r.old != nil && (s.view == streamtypes.StreamViewTypeOldImage || s.view == streamtypes.StreamViewTypeNewAndOldImages) {
		body.OldImage = streamItem(r.old.item)
		size += r.old.size
	}
	if r.new != nil && (s.view == streamtypes.StreamViewTypeNewImage || s.view == streamtypes.StreamViewTypeNewAndOldImages) {
		body.NewImage = streamItem(r.new.item)
		size += r.new.size
	}
	body.SizeBytes = aws.Int64(int64(size))
	return body
}

// any is the item, before or after.
func (c change) any() item.Item {
	if c.new != nil {
		return c.new.item
	}
	return c.old.item
}

func (c change) name() streamtypes.OperationType {
	switch {
	case c.old == nil:
		return streamtypes.OperationTypeInsert
	case c.new == nil:
		return streamtypes.OperationTypeRemove
	}
	return streamtypes.OperationTypeModify
}
