package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/smithy-go"
)

// writes tells operations that may change items. One that is not known may.
func writes(op string) bool {
	switch op {
	case "GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan",
		"DescribeTable", "ListTables", "DescribeTimeToLive",
		"DescribeStream", "GetShardIterator", "GetRecords", "ListStreams",
		"SubmitJob": // what a job writes is by the job's own calls
		return false
	}
	return true
}

// touched is an item that an input names.
type touched struct {
	table string
	item  map[string]types.AttributeValue // at least its key
}

// items lists the items that an input names; complete is false for inputs that
// do not say (PartiQL, operations on tables).
func items(input any) (list []touched, complete bool) {
	one := func(table *string, item map[string]types.AttributeValue) ([]touched, bool) {
		return []touched{{tableName(table), item}}, true
	}
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		return one(in.TableName, in.Key)
	case *dynamodb.PutItemInput:
		return one(in.TableName, in.Item)
	case *dynamodb.UpdateItemInput:
		return one(in.TableName, in.Key)
	case *dynamodb.DeleteItemInput:
		return one(in.TableName, in.Key)
	case *dynamodb.BatchWriteItemInput:
		return batchItems(in), true
	case *dynamodb.TransactWriteItemsInput:
		return transactItems(in), true
	}
	return nil, false
}

func batchItems(in *dynamodb.BatchWriteItemInput) []touched {
	var list []touched
	for table, requests := range in.RequestItems {
		for _, r := range requests {
			if r.PutRequest != nil {
				list = append(list, touched{tableName(&table), r.PutRequest.Item})
			}
			if r.DeleteRequest != nil {
				list = append(list, touched{tableName(&table), r.DeleteRequest.Key})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b touched) int { return strings.Compare(a.table, b.table) })
	return list
}

func transactItems(in *dynamodb.TransactWriteItemsInput) []touched {
	var list []touched
	for _, t := range in.TransactItems {
		switch {
		case t.Put != nil:
			list = append(list, touched{tableName(t.Put.TableName), t.Put.Item})
		case t.Update != nil:
			list = append(list, touched{tableName(t.Update.TableName), t.Update.Key})
		case t.Delete != nil:
			list = append(list, touched{tableName(t.Delete.TableName), t.Delete.Key})
		case t.ConditionCheck != nil:
			list = append(list, touched{tableName(t.ConditionCheck.TableName), t.ConditionCheck.Key})
		}
	}
	return list
}

// tableName takes a name or an ARN (arn:aws:dynamodb:region:account:table/NAME).
func tableName(name *string) string {
	text := aws.ToString(name)
	if i := strings.LastIndex(text, "table/"); strings.HasPrefix(text, "arn:") && i >= 0 {
		text, _, _ = strings.Cut(text[i+len("table/"):], "/")
	}
	return text
}

// subject is what a call is about, as far as its input says.
type subject struct {
	key    string          // for the trace: the key of its item, their number, or the index it queries
	tables []string        // that it may write, sorted; all streamed ones if it does not say
	items  map[string]int  // how many items it names, by table: it causes no more records; none if it does not say
	keys   map[string]bool // of the items that it names; nil if it does not say
}

func (g *Gate) subjectOf(input any) subject {
	list, complete := items(input)
	s := subject{key: g.inputKey(input, list), items: map[string]int{}}
	if !complete {
		s.tables = g.streamed()
		return s
	}
	s.keys = map[string]bool{}
	for _, t := range list {
		s.tables = append(s.tables, t.table)
		s.items[t.table]++
		s.keys[g.itemKey(t)] = true
	}
	slices.Sort(s.tables)
	s.tables = slices.Compact(s.tables)
	return s
}

// streamed are the tables with a stream, sorted.
func (g *Gate) streamed() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.streams))
}

// names reports whether the call names the item of that key.
func (s subject) names(key string) bool { return s.keys == nil || s.keys[key] }

func (g *Gate) inputKey(input any, list []touched) string {
	if q, ok := input.(*dynamodb.QueryInput); ok {
		return strings.TrimSpace(tableName(q.TableName) + " " + aws.ToString(q.IndexName))
	}
	switch len(list) {
	case 0:
		return ""
	case 1:
		return g.itemKey(list[0])
	default:
		return fmt.Sprintf("%s %d items", list[0].table, len(list))
	}
}

// Key shows the key of an item as the trace does: "integrates_vms VULN#v1 FIN#f1".
func (g *Gate) Key(table string, item map[string]types.AttributeValue) string {
	return g.itemKey(touched{table, item})
}

func (g *Gate) itemKey(t touched) string {
	parts := []string{t.table}
	for _, name := range g.keysOf(t.table) {
		parts = append(parts, scalar(t.item[name]))
	}
	return strings.Join(parts, " ")
}

func (g *Gate) recordKey(streamARN string, r streamtypes.Record) string {
	name, table := g.tableOf(streamARN)
	if name == "" {
		return ""
	}
	parts := []string{name}
	for _, key := range table.Keys {
		parts = append(parts, streamScalar(r.Dynamodb.Keys[key]))
	}
	return strings.Join(parts, " ")
}

// consumerKey shows the key of a core.Record, the JSON of its attributes, as the
// trace does. A key of another form stays as it is.
func (g *Gate) consumerKey(streamARN, key string) string {
	name, table := g.tableOf(streamARN)
	var item map[string]struct {
		S, N *string
		B    []byte
	}
	if name == "" || json.Unmarshal([]byte(key), &item) != nil {
		return key
	}
	parts := []string{name}
	for _, attribute := range table.Keys {
		switch v := item[attribute]; {
		case v.S != nil:
			parts = append(parts, *v.S)
		case v.N != nil:
			parts = append(parts, number(*v.N))
		default:
			parts = append(parts, fmt.Sprintf("%x", v.B))
		}
	}
	return strings.Join(parts, " ")
}

// tableOf is the table that writes to a stream.
func (g *Gate) tableOf(streamARN string) (name string, t Table) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, t := range g.tables {
		if t.StreamARN == streamARN {
			return name, t
		}
	}
	return "", Table{}
}

// scalar is the text of a key attribute; keys are strings, numbers or binaries.
func scalar(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return number(v.Value)
	case *types.AttributeValueMemberB:
		return fmt.Sprintf("%x", v.Value)
	}
	return "?"
}

func streamScalar(v streamtypes.AttributeValue) string {
	switch v := v.(type) {
	case *streamtypes.AttributeValueMemberS:
		return v.Value
	case *streamtypes.AttributeValueMemberN:
		return number(v.Value)
	case *streamtypes.AttributeValueMemberB:
		return fmt.Sprintf("%x", v.Value)
	}
	return "?"
}

// number gives every spelling of a number key one text: a table stores 01 as 1.
func number(text string) string {
	if n, ok := new(big.Rat).SetString(text); ok && n.IsInt() {
		return n.RatString()
	}
	return text
}

// outcome words the result of a call without what differs between two runs
// (request ids).
func outcome(err error) string {
	var api smithy.APIError
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, context.DeadlineExceeded):
		return "caller gave up: deadline exceeded"
	case errors.Is(err, context.Canceled):
		return "caller gave up: canceled"
	case errors.As(err, &api):
		return api.ErrorCode() + ": " + api.ErrorMessage()
	}
	return err.Error()
}
