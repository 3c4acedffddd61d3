package expression_test

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// An engine answers UpdateItem: first what can be wrong without the item, then
// the condition, then the change.
func Example() {
	one := &types.AttributeValueMemberN{Value: "1"}
	c, err := expression.Compile(expression.Request{
		Operation:                 "UpdateItem",
		ConditionExpression:       aws.String("attribute_exists(visits)"),
		UpdateExpression:          aws.String("SET visits = visits + :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": one},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	before := item.Item{"visits": &types.AttributeValueMemberN{Value: "41"}}
	if !c.Condition.Match(before) {
		fmt.Println("ConditionalCheckFailedException")
		return
	}
	after, err := c.Update.Apply(before)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(item.Format(after["visits"]), "no-op:", item.EqualItems(before, after))
	// Output:
	// {N:42} no-op: false
}

// A mistake is a ValidationException in the words of DynamoDB.
func ExampleCompile_mistake() {
	_, err := expression.Compile(expression.Request{
		Operation:           "PutItem",
		ConditionExpression: aws.String("visits == :one"),
	})
	fmt.Println(err)
	// Output:
	// api error ValidationException: Invalid ConditionExpression: Syntax error; token: "=", near: "== :one"
}

// A key condition means a range of one partition.
func ExampleKeyCondition() {
	key := item.Schema{
		Hash:  []item.KeyAttribute{{Name: "pk", Kind: item.S}},
		Range: []item.KeyAttribute{{Name: "sk", Kind: item.N}},
	}
	c, err := expression.Compile(expression.Request{
		Operation:              "Query",
		KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :low AND :high"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk":   &types.AttributeValueMemberS{Value: "GROUP#1"},
			":low":  &types.AttributeValueMemberN{Value: "9"},
			":high": &types.AttributeValueMemberN{Value: "10"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := c.Key.Range(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("partition", item.Format(r.Hash[0]))
	for _, n := range []string{"8.9", "9", "10.0", "11"} {
		v, _ := item.NormalValue(&types.AttributeValueMemberN{Value: n})
		fmt.Println(n, r.Place(item.Item{"sk": v}))
	}
	// Output:
	// partition {S:GROUP#1}
	// 8.9 -1
	// 9 0
	// 10.0 0
	// 11 1
}
