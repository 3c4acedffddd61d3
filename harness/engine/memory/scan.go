package memory

import (
	"math/bits"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

func (db *Database) scan(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	if err := checkScan(in); err != nil {
		return nil, err
	}
	compiled, err := expression.Compile(expression.Request{
		Operation: "Scan", FilterExpression: in.FilterExpression, ProjectionExpression: in.ProjectionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
		ScanFilter: in.ScanFilter, AttributesToGet: in.AttributesToGet, ConditionalOperator: in.ConditionalOperator,
	})
	if err != nil {
		return nil, err
	}
	read, unlock, err := db.reading(in.TableName, in.IndexName, in.ConsistentRead)
	defer unlock()
	if err != nil {
		return nil, err
	}
	chosen, err := read.selects(compiled, in.Select)
	if err != nil {
		return nil, err
	}
	p := &page{source: read, selection: chosen, limit: int(aws.ToInt32(in.Limit))}
	part := segment{number: uint64(aws.ToInt32(in.Segment)), of: uint64(max(1, aws.ToInt32(in.TotalSegments)))}
	if err := p.scanSegment(part, in.ExclusiveStartKey); err != nil {
		return nil, err
	}
	return &dynamodb.ScanOutput{
		Items: p.found(), Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.end(),
		ConsumedCapacity: readCapacity(in.ReturnConsumedCapacity, read.table, read.index, p.bytes, aws.ToBool(in.ConsistentRead)),
	}, nil
}

// segment is one part of a parallel scan: partitions by their hash, as evenly as
// it is spread.
type segment struct{ number, of uint64 }

func (s segment) has(key string) bool {
	part, _ := bits.Mul64(partitionHash(key), s.of)
	return part == s.number
}

// scanSegment reads a part of everything. The segments follow each other in the
// order of the keys.
func (p *page) scanSegment(part segment, start item.Item) error {
	from := ""
	if start != nil {
		var err error
		if from, err = p.startKey(start); err != nil {
			return err
		}
		if !part.has(from) {
			return validation.Errorf("The provided starting key is outside scan boundaries based on provided segments")
		}
	}
	inside := false
	p.rows.Ascend(max(from, part.first()), func(key string, row *row) bool {
		if !part.has(key) {
			return !inside
		}
		inside = true
		if key == from {
			return true
		}
		return p.take(row)
	})
	return nil
}

// first is where the segment begins, or a little before.
func (s segment) first() string {
	if s.number == 0 {
		return ""
	}
	quotient, _ := bits.Div64(s.number, 0, s.of) // number/of of the range of hashes
	key := make([]byte, hashSize)
	for i := range key {
		key[i] = byte(quotient >> (8 * (hashSize - 1 - i)))
	}
	return string(key)
}
