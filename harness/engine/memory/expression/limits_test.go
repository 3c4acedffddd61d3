package expression_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// limits are requests at the documented limits and beyond, by name.
func limits() map[string]trial {
	out := map[string]trial{}
	condition := func(name, text string) {
		out["condition: "+name] = limit(expression.Request{Operation: "PutItem", ConditionExpression: &text}, text)
	}
	update := func(name, text string) {
		out["update: "+name] = limit(expression.Request{Operation: "UpdateItem", UpdateExpression: &text}, text)
	}
	projection := func(name, text string) {
		out["projection: "+name] = limit(expression.Request{Operation: "GetItem", ProjectionExpression: &text}, text)
	}
	list := func(n int, format, separator string) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(format, "%", fmt.Sprint(i))
		}
		return strings.Join(parts, separator)
	}
	condition("4096 characters", "a = :v"+strings.Repeat(" ", 4090))
	condition("4097 characters", "a = :v"+strings.Repeat(" ", 4091))
	condition("4097 bytes", "a = :v "+strings.Repeat("é", 2045))
	condition("299 operators", list(150, "a = :v", " OR "))
	condition("301 operators", list(151, "a = :v", " OR "))
	condition("301 operators and a name that is not defined", list(151, "a = :v", " OR ")+" OR #zz = :v")
	condition("a name that is not defined and 301 operators", "#zz = :v OR "+list(151, "a = :v", " OR "))
	condition("301 operators and redundant parentheses", list(151, "a = :v", " OR ")+" OR ((a = :v))")
	condition("functions count", list(151, "attribute_exists(a)", " OR "))
	condition("BETWEEN counts once", list(150, "a BETWEEN :v AND :v", " OR "))
	condition("BETWEEN counts", list(151, "a BETWEEN :v AND :v", " OR "))
	condition("IN counts", list(151, "a IN (:v)", " OR "))
	condition("300 operators with NOT", strings.Repeat("NOT ", 299)+"a = :v")
	condition("301 operators with NOT", strings.Repeat("NOT ", 300)+"a = :v")
	condition("1000 NOT", strings.Repeat("NOT ", 1000)+"a = :v")
	condition("100 operands of IN", "a IN ("+list(100, ":v", ", ")+")")
	condition("101 operands of IN", "a IN ("+list(101, ":v", ", ")+")")
	condition("101 operands of IN and the first one", "a IN (a, "+list(101, ":v", ", ")+")")
	condition("32 elements of a path", list(32, "a", ".")+" = :v")
	condition("33 elements of a path", list(33, "a", ".")+" = :v")
	condition("33 indexes", "a"+strings.Repeat("[0]", 32)+" = :v")
	condition("33 elements and a name that is not defined", list(32, "a", ".")+".#zz = :v")
	condition("33 elements and a reserved word", list(33, "a", ".")+".name = :v")
	condition("the largest index", "l[2147483647] = :v")
	condition("an index too large", "l[2147483648] = :v")
	condition("an index far too large", "l["+strings.Repeat("9", 4000)+"] = :v")
	condition("149 levels", strings.Repeat("a = :v OR (", 149)+"a = :v"+strings.Repeat(")", 149))
	condition("150 levels", strings.Repeat("a = :v OR (", 150)+"a = :v"+strings.Repeat(")", 150))
	condition("2000 parentheses", strings.Repeat("(", 2000)+"a = :v"+strings.Repeat(")", 2000))
	condition("4096 open parentheses", strings.Repeat("(", 4096))
	condition("a hundred thousand parentheses", strings.Repeat("(", 100_000))
	condition("a thousand functions", "a < "+strings.Repeat("f(", 1355)+"b"+strings.Repeat(")", 1355))
	condition("hundreds of sizes", "a < "+strings.Repeat("size(", 680)+"b"+strings.Repeat(")", 680))
	update("4097 characters", "SET a = :v"+strings.Repeat(" ", 4087))
	update("300 sums", "SET "+list(300, "b% = a+:v", ","))
	update("301 sums", "SET "+list(301, "b% = a+:v", ","))
	update("301 sums and a value that is not defined", "SET "+list(301, "b% = a+:v", ",")+", c = :zz")
	update("a value that is not defined and 301 sums", "SET c = :zz, "+list(301, "b% = a+:v", ","))
	update("301 assignments are no operators", "SET "+list(301, "b% = :v", ","))
	update("301 removals are no operators", "REMOVE "+list(301, "b%", ","))
	update("151 functions in sums", "SET "+list(151, "b%=if_not_exists(c,:v)+a", ","))
	update("nested functions", "SET a = "+strings.Repeat("if_not_exists(c, ", 200)+":v"+strings.Repeat(")", 200))
	update("33 elements of a path", "SET "+list(33, "a", ".")+" = :v")
	update("33 elements of a path on the right", "SET a = "+list(33, "a", "."))
	projection("4097 characters", "a"+strings.Repeat(" ", 4096))
	projection("many paths", list(400, "a%", ", "))
	projection("33 elements of a path", list(33, "a", "."))
	return withReferences(out)
}

// limit is a request on an item with a number and a list.
func limit(r expression.Request, text string) trial {
	it := item.Item{"pk": str("k"), "a": num("1"), "l": read("[1]")}
	if strings.Contains(text, ":v") {
		r.ExpressionAttributeValues = item.Item{":v": num("1")}
	}
	return trial{table: tables()["single"], items: []item.Item{it}, put: it, request: r}
}

// withReferences adds limits of names and values.
func withReferences(out map[string]trial) map[string]trial {
	long := strings.Repeat("x", 254)
	for name, r := range map[string]expression.Request{
		"a name of 255":     {FilterExpression: aws.String("#" + long + " = :v"), ExpressionAttributeNames: map[string]string{"#" + long: "a"}},
		"a name of 256":     {FilterExpression: aws.String("#x" + long + " = :v"), ExpressionAttributeNames: map[string]string{"#x" + long: "a"}},
		"no name":           {FilterExpression: aws.String("#x = :v"), ExpressionAttributeNames: map[string]string{"#x": ""}},
		"an attribute name": {FilterExpression: aws.String("#x = :v"), ExpressionAttributeNames: map[string]string{"#x": strings.Repeat("x", 65535)}},
		"a long attribute":  {FilterExpression: aws.String("#x = :v"), ExpressionAttributeNames: map[string]string{"#x": strings.Repeat("x", 65536)}},
		"no names":          {FilterExpression: aws.String("a = :v"), ExpressionAttributeNames: map[string]string{}},
		"a wrong name":      {FilterExpression: aws.String("a = :v"), ExpressionAttributeNames: map[string]string{"x": "a"}},
		"unused names":      {FilterExpression: aws.String("a = :v"), ExpressionAttributeNames: map[string]string{"#b": "a", "#c": "b"}},
		"names alone":       {ExpressionAttributeNames: map[string]string{"#x": "a"}},
	} {
		r.Operation = "Scan"
		out["names: "+name] = limit(r, aws.ToString(r.FilterExpression))
	}
	for name, values := range map[string]item.Item{
		"a name of 255":     {":" + long: num("1")},
		"none":              {},
		"a wrong name":      {"v": num("1")},
		"a wrong value":     {":v": num("x")},
		"an empty set":      {":v": read("<>")},
		"as deep as can be": {":v": deep(32)},
		"too deep":          {":v": deep(33)},
		"far too deep":      {":v": deep(90)},
		"unused":            {":v": num("1"), ":w": num("1")},
		"too large":         {":v": str(strings.Repeat("x", 2<<20+1))},
		"large":             {":v": str(strings.Repeat("x", 1<<20))},
	} {
		text := "a = :v"
		if values[":"+long] != nil {
			text = "a = :" + long
		}
		out["values: "+name] = limit(expression.Request{Operation: "Scan", FilterExpression: &text}, "")
		r := out["values: "+name]
		r.request.ExpressionAttributeValues = values
		out["values: "+name] = r
	}
	out["update: too deep in the item"] = limit(expression.Request{Operation: "UpdateItem", UpdateExpression: aws.String("SET l[0] = :v"),
		ExpressionAttributeValues: item.Item{":v": deep(31)}}, "")
	out["update: too large"] = limit(expression.Request{Operation: "UpdateItem", UpdateExpression: aws.String("SET b = :v"),
		ExpressionAttributeValues: item.Item{":v": str(strings.Repeat("x", item.MaxSize))}}, "")
	return out
}

func deep(levels int) types.AttributeValue {
	v := str("x")
	for range levels {
		v = &types.AttributeValueMemberL{Value: []types.AttributeValue{v}}
	}
	return v
}

// No request crashes, and each that is beyond a limit is refused.
func TestLimits(t *testing.T) {
	for name, trial := range limits() {
		o := trial.ours()
		refused := !strings.HasPrefix(string(o), "items:") && o != conditionFailed
		beyond := strings.Contains(name, "301 ") && !strings.Contains(name, "are no operators")
		if beyond && !refused {
			t.Errorf("%s: %.100s, want an error", name, o)
		}
	}
}
