package memory_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// keyed is a table whose range key is of a kind, with a local index by "l".
func keyed(t *rapid.T, kind types.ScalarAttributeType) *memory.Client {
	client := memory.NewClient(memory.NewDatabase(memory.Options{}))
	element := func(name string, role types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: aws.String(name), KeyType: role}
	}
	_, err := client.CreateTable(context.Background(), &dynamodb.CreateTableInput{
		TableName: aws.String("keyed"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("p"), AttributeType: "S"},
			{AttributeName: aws.String("r"), AttributeType: kind}, {AttributeName: aws.String("l"), AttributeType: kind}},
		KeySchema: []types.KeySchemaElement{element("p", "HASH"), element("r", "RANGE")},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{{IndexName: aws.String("local"), Projection: &types.Projection{ProjectionType: "ALL"},
			KeySchema: []types.KeySchemaElement{element("p", "HASH"), element("l", "RANGE")}}},
	})
	fatal(t, err)
	return client
}

// value draws a key value of a kind: few different ones, in all their forms.
func value(t *rapid.T, kind types.ScalarAttributeType, label string) types.AttributeValue {
	switch kind {
	case types.ScalarAttributeTypeN:
		return &types.AttributeValueMemberN{Value: rapid.OneOf(
			rapid.SampledFrom([]string{"0", "-0.5", "1", "10", "9", "1e20", "-1e20", "1.5", "0.00001", "-3", "100", "99.9", "1e-130", "-1e125"}),
			rapid.StringMatching(`-?[0-9]{1,4}(\.[0-9]{1,4})?`)).Draw(t, label)}
	case types.ScalarAttributeTypeB:
		return &types.AttributeValueMemberB{Value: rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 'a', 0xfe, 0xff}), 1, 3).Draw(t, label)}
	}
	return &types.AttributeValueMemberS{Value: rapid.StringOfN(rapid.SampledFrom([]rune{0, 1, 'a', 'b', 'é', '𐀀'}), 1, 3, -1).Draw(t, label)}
}

// A query gives what a sorted list of the items gives, whatever the condition, the
// direction and the pages.
func TestQueryIsAFilteredList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]types.ScalarAttributeType{"S", "N", "B"}).Draw(t, "kind")
		client := keyed(t, kind)
		by, index := "r", (*string)(nil)
		if rapid.Bool().Draw(t, "index") {
			by, index = "l", aws.String("local")
		}
		var items []item.Item
		for range rapid.IntRange(0, 12).Draw(t, "items") {
			it := item.Item{"p": text(rapid.SampledFrom([]string{"x", "xy"}).Draw(t, "p")), "r": value(t, kind, "r")}
			if rapid.IntRange(0, 4).Draw(t, "sparse") > 0 {
				it["l"] = value(t, kind, "l")
			}
			_, err := client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("keyed"), Item: it})
			fatal(t, err)
			normal, err := item.Normal(it)
			fatal(t, err)
			items = slices.DeleteFunc(items, func(old item.Item) bool {
				return item.Equal(old["p"], normal["p"]) && item.Equal(old["r"], normal["r"])
			})
			items = append(items, normal)
		}
		q := drawQuery(t, kind, by)
		q.IndexName = index
		got := allPages(t, client, q)
		want := expected(t, items, q, by)
		if diff := cmp.Diff(want, got, exact()); diff != "" {
			t.Fatalf("%s: -list +query:\n%s", *q.KeyConditionExpression, diff)
		}
	})
}

func drawQuery(t *rapid.T, kind types.ScalarAttributeType, by string) *dynamodb.QueryInput {
	conditions := map[string]int{"": 0, by + " = :a": 1, by + " < :a": 1, by + " <= :a": 1, by + " > :a": 1, by + " >= :a": 1, by + " BETWEEN :a AND :b": 2}
	if kind != types.ScalarAttributeTypeN {
		conditions["begins_with("+by+", :a)"] = 1
	}
	names := make([]string, 0, len(conditions))
	for name := range conditions {
		names = append(names, name)
	}
	slices.Sort(names)
	condition := rapid.SampledFrom(names).Draw(t, "condition")
	q := &dynamodb.QueryInput{TableName: aws.String("keyed"), KeyConditionExpression: aws.String("p = :p"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":p": text("x")}}
	if condition != "" {
		q.KeyConditionExpression = aws.String("p = :p AND " + condition)
	}
	if conditions[condition] > 0 {
		q.ExpressionAttributeValues[":a"] = value(t, kind, ":a")
	}
	if conditions[condition] > 1 {
		low, _ := item.NormalValue(q.ExpressionAttributeValues[":a"])
		high, _ := item.NormalValue(value(t, kind, ":b"))
		if order, _ := item.Compare(low, high); order > 0 {
			low, high = high, low
		}
		q.ExpressionAttributeValues[":a"], q.ExpressionAttributeValues[":b"] = low, high
	}
	q.ScanIndexForward = aws.Bool(rapid.Bool().Draw(t, "forward"))
	if rapid.Bool().Draw(t, "paged") {
		q.Limit = aws.Int32(int32(rapid.IntRange(1, 3).Draw(t, "limit")))
	}
	return q
}

// allPages follows the pages to the end.
func allPages(t *rapid.T, client *memory.Client, q *dynamodb.QueryInput) []item.Item {
	var all []item.Item
	for {
		out, err := client.Query(context.Background(), q)
		fatal(t, err)
		all = append(all, out.Items...)
		if out.LastEvaluatedKey == nil {
			return all
		}
		q.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// expected answers a query by a list: the condition as a filter, then the order.
func expected(t *rapid.T, items []item.Item, q *dynamodb.QueryInput, by string) []item.Item {
	var found []item.Item
	for _, it := range items {
		if it[by] != nil && item.Equal(it["p"], text("x")) && meets(it[by], q) {
			found = append(found, it)
		}
	}
	slices.SortFunc(found, func(a, b item.Item) int {
		order, _ := item.Compare(a[by], b[by])
		if order == 0 {
			order, _ = item.Compare(a["r"], b["r"])
		}
		if !*q.ScanIndexForward {
			return -order
		}
		return order
	})
	return found
}

// meets tells whether a value meets the condition on the range key.
func meets(v types.AttributeValue, q *dynamodb.QueryInput) bool {
	_, condition, _ := strings.Cut(*q.KeyConditionExpression, " AND ")
	a, _ := item.NormalValue(q.ExpressionAttributeValues[":a"])
	order, _ := item.Compare(v, a)
	switch {
	case condition == "":
		return true
	case strings.HasPrefix(condition, "begins_with"):
		return strings.HasPrefix(fmt.Sprintf("%x", bare(v)), fmt.Sprintf("%x", bare(a)))
	case strings.Contains(condition, "BETWEEN"):
		other, _ := item.Compare(v, q.ExpressionAttributeValues[":b"])
		return order >= 0 && other <= 0
	}
	switch strings.Fields(condition)[1] {
	case "=":
		return order == 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func bare(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	}
	return ""
}

// The segments of a parallel scan are the whole table, each item once, in the
// order of the whole scan.
func TestSegmentsAreTheScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(1)
		for i, k := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,4}`), 0, 30, rapid.ID).Draw(t, "keys") {
			fatal(t, w.do(step{"put", k, i}))
		}
		whole, err := w.client.Scan(context.Background(), &dynamodb.ScanInput{TableName: aws.String("tab")})
		fatal(t, err)
		total := int32(rapid.IntRange(1, 7).Draw(t, "segments"))
		var parts []item.Item
		for n := range total {
			in := &dynamodb.ScanInput{TableName: aws.String("tab"), Segment: aws.Int32(n), TotalSegments: aws.Int32(total), Limit: aws.Int32(2)}
			for {
				out, err := w.client.Scan(context.Background(), in)
				fatal(t, err)
				parts = append(parts, out.Items...)
				if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					break
				}
			}
		}
		if diff := cmp.Diff(whole.Items, parts, exact()); diff != "" {
			t.Fatalf("-scan +segments:\n%s", diff)
		}
	})
}
