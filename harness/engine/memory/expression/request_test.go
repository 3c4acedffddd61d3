package expression_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// TestRequest has what goes wrong between the parameters of a request: our
// measurement of DynamoDB Local.
func TestRequest(t *testing.T) {
	const (
		mixed  = "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
		values = "ExpressionAttributeValues can only be specified when using expressions: "
	)
	text, broken, value := aws.String("a = :v"), aws.String("a ="), item.Item{":v": num("1")}
	names := map[string]string{"#a": "a"}
	absent := map[string]types.ExpectedAttributeValue{"a": {Exists: aws.Bool(false)}}
	put := map[string]types.AttributeValueUpdate{"a": {Action: types.AttributeActionPut, Value: num("1")}}
	key := map[string]types.Condition{"pk": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("k")}}}
	null := map[string]types.Condition{"a": {ComparisonOperator: types.ComparisonOperatorNull}}
	for name, test := range map[string]struct {
		r    expression.Request
		want string
	}{
		"nothing":            {expression.Request{Operation: "UpdateItem"}, ""},
		"projections":        {expression.Request{ProjectionExpression: aws.String("a"), AttributesToGet: []string{"a"}}, mixed + "{AttributesToGet} Expression parameters: {ProjectionExpression}"},
		"conditions":         {expression.Request{ConditionExpression: broken, Expected: absent}, mixed + "{Expected} Expression parameters: {ConditionExpression}"},
		"operator":           {expression.Request{ConditionExpression: text, ConditionalOperator: "AND", ExpressionAttributeValues: value}, mixed + "{ConditionalOperator} Expression parameters: {ConditionExpression}"},
		"updates":            {expression.Request{UpdateExpression: text, AttributeUpdates: put, Expected: absent, ConditionalOperator: "OR"}, mixed + "{AttributeUpdates, Expected, ConditionalOperator} Expression parameters: {UpdateExpression}"},
		"both expressions":   {expression.Request{UpdateExpression: text, ConditionExpression: text, Expected: absent}, mixed + "{Expected} Expression parameters: {UpdateExpression, ConditionExpression}"},
		"keys":               {expression.Request{KeyConditionExpression: text, KeyConditions: key}, mixed + "{KeyConditions} Expression parameters: {KeyConditionExpression}"},
		"query filter":       {expression.Request{KeyConditionExpression: text, QueryFilter: null}, mixed + "{QueryFilter} Expression parameters: {KeyConditionExpression}"},
		"scan filter":        {expression.Request{FilterExpression: text, ScanFilter: null}, mixed + "{ScanFilter} Expression parameters: {FilterExpression}"},
		"keys and filter":    {expression.Request{Operation: "Query", KeyConditions: key, FilterExpression: text, ExpressionAttributeValues: value}, ""},
		"keys, projection":   {expression.Request{Operation: "Query", KeyConditions: key, ProjectionExpression: aws.String("a")}, ""},
		"no key":             {expression.Request{Operation: "Query", FilterExpression: text, ExpressionAttributeValues: value}, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		"no key, a mistake":  {expression.Request{Operation: "Query", FilterExpression: broken}, `Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="`},
		"empty keys":         {expression.Request{Operation: "Query", KeyConditions: map[string]types.Condition{}}, "Conditions must be at least length 1"},
		"no operator":        {expression.Request{Operation: "Query", KeyConditions: map[string]types.Condition{"pk": {}}}, "1 validation error detected: Value null at 'keyConditions.pk.member.comparisonOperator' failed to satisfy constraint: Member must not be null"},
		"operator alone":     {expression.Request{ConditionalOperator: "AND"}, "ConditionalOperator cannot be used without Filter or Expected"},
		"names alone":        {expression.Request{ExpressionAttributeNames: names, ExpressionAttributeValues: value}, "ExpressionAttributeNames can only be specified when using expressions"},
		"values of a put":    {expression.Request{Operation: "PutItem", ExpressionAttributeValues: value}, values + "ConditionExpression is null"},
		"values of update":   {expression.Request{Operation: "UpdateItem", ExpressionAttributeValues: value}, values + "UpdateExpression and ConditionExpression are null"},
		"values of a query":  {expression.Request{Operation: "Query", KeyConditions: key, ProjectionExpression: aws.String("a"), ExpressionAttributeValues: value}, values + "FilterExpression and KeyConditionExpression are null"},
		"values of a scan":   {expression.Request{Operation: "Scan", ExpressionAttributeValues: value}, values + "FilterExpression is null"},
		"wrong name first":   {expression.Request{UpdateExpression: broken, ExpressionAttributeNames: map[string]string{"x": ""}, ExpressionAttributeValues: item.Item{"y": nil}}, `ExpressionAttributeNames contains invalid key: Syntax error; key: "x"`},
		"keys before values": {expression.Request{UpdateExpression: broken, ExpressionAttributeNames: map[string]string{"#x": ""}, ExpressionAttributeValues: item.Item{"y": nil}}, `ExpressionAttributeValues contains invalid key: Syntax error; key: "y"`},
		"names before text":  {expression.Request{UpdateExpression: broken, ExpressionAttributeNames: map[string]string{"#x": ""}}, "ExpressionAttributeNames contains invalid value: Empty attribute name for key #x"},
		"update first":       {expression.Request{UpdateExpression: aws.String("SET a ="), ConditionExpression: broken}, `Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "="`},
		"filter first":       {expression.Request{KeyConditionExpression: broken, FilterExpression: broken, ProjectionExpression: aws.String("a,")}, `Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="`},
		"projection second":  {expression.Request{KeyConditionExpression: broken, ProjectionExpression: aws.String("a,")}, `Invalid ProjectionExpression: Syntax error; token: "<EOF>", near: ","`},
		"unused last":        {expression.Request{KeyConditionExpression: text, FilterExpression: broken, ExpressionAttributeNames: names, ExpressionAttributeValues: value}, `Invalid FilterExpression: Syntax error; token: "<EOF>", near: "="`},
		"unused before keys": {expression.Request{KeyConditionExpression: aws.String("a = :v OR a = :v"), ExpressionAttributeNames: names, ExpressionAttributeValues: value}, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"},
	} {
		_, err := expression.Compile(test.r)
		if got := validation.Message(err); got != test.want || (err == nil) != (test.want == "") {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// TestExpected has mistakes in Expected that transcripts cannot write.
func TestExpected(t *testing.T) {
	const invalid = "One or more parameter values were invalid: "
	one := []types.AttributeValue{num("1")}
	for _, test := range []struct {
		e    types.ExpectedAttributeValue
		want string
	}{
		{types.ExpectedAttributeValue{Value: num("1"), AttributeValueList: one}, invalid + "Value and AttributeValueList cannot be used together for Attribute: a"},
		{types.ExpectedAttributeValue{Exists: aws.Bool(true), ComparisonOperator: "EQ", Value: num("1")}, invalid + "Exists and ComparisonOperator cannot be used together for Attribute: a"},
		{types.ExpectedAttributeValue{AttributeValueList: one}, invalid + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"},
		{types.ExpectedAttributeValue{ComparisonOperator: "GT", Value: num("x")}, "The parameter cannot be converted to a numeric value: x"},
		{types.ExpectedAttributeValue{ComparisonOperator: "GT", Value: num("1")}, ""},
	} {
		_, err := expression.Compile(expression.Request{Expected: map[string]types.ExpectedAttributeValue{"a": test.e}})
		if got := validation.Message(err); got != test.want {
			t.Errorf("%v: %q, want %q", test.e, got, test.want)
		}
	}
}

// UPDATED_OLD and UPDATED_NEW show what an update names and nothing around it,
// as in the service (test_returnvalues.py of ScyllaDB's Alternator). DynamoDB
// Local returns whole attributes.
func TestUpdateProject(t *testing.T) {
	for _, test := range []struct{ update, item, old, new string }{
		{"SET a.b = :v", `a: {b: "dog", c: [1, 2, 3]}, d: 1`, `{a: {b: "dog"}}`, `{a: {b: 7}}`},
		{"SET a.c[1] = :v", `a: {b: "dog", c: [1, 2, 3]}`, `{a: {c: [2]}}`, `{a: {c: [7]}}`},
		{"SET a.c[1] = :v, a.b = :v", `a: {b: "dog", c: [1, 2, 3]}`, `{a: {b: "dog", c: [2]}}`, `{a: {b: 7, c: [7]}}`},
		{"REMOVE a.c[1], a.c[3]", `a: {c: [1, 2, 3]}`, `{a: {c: [2]}}`, `{a: {c: [3]}}`},
		{"SET a.x = :v", `a: {b: 1}`, `{}`, `{a: {x: 7}}`},
		{"SET a.c[100] = :v", `a: {c: [1]}`, `{}`, `{}`},
		{"REMOVE a", `a: 1, b: 2`, `{a: 1}`, `{}`},
		{"SET a = :v REMOVE b ADD c :v", `a: 1, b: 2, c: 3, d: 4`, `{a: 1, b: 2, c: 3}`, `{a: 7, c: 10}`},
	} {
		r := expression.Request{UpdateExpression: &test.update}
		s := script{values: item.Item{":v": num("7")}}
		s.refer(&r, test.update)
		c, err := expression.Compile(r)
		if err != nil {
			t.Fatal(err)
		}
		it := readItem(test.item)
		after, err := c.Update.Apply(it)
		if err != nil {
			t.Fatal(err)
		}
		if got := writeItem(c.Update.Project(it)); got != test.old {
			t.Errorf("%s: old %s, want %s", test.update, got, test.old)
		}
		if got := writeItem(c.Update.Project(after)); got != test.new {
			t.Errorf("%s: new %s, want %s", test.update, got, test.new)
		}
	}
}

// Only what sets or adds something makes an item where there is none.
func TestUpdateCreates(t *testing.T) {
	for text, want := range map[string]bool{
		"SET a = b": true, "REMOVE a": false, "REMOVE a SET b = c": true, "ADD a :v": true, "DELETE a :s": false, "DELETE a :s REMOVE b": false,
	} {
		r := expression.Request{UpdateExpression: &text}
		s := script{values: readItem(`:v: 1, :s: <"x">`)}
		s.refer(&r, text)
		c, err := expression.Compile(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Update.Creates(); got != want {
			t.Errorf("%s creates an item: %v", text, got)
		}
	}
}

// The documentation lists 573 words in capitals; their case does not matter.
func TestReservedWords(t *testing.T) {
	for word, want := range map[string]string{
		"ABORT": "ABORT", "Zone": "Zone", "name": "name", "LocalTimestamp": "LocalTimestamp", "size": "size", "convert": "convert", "contains": "", "named": "", "x": "", "ABORTS": "",
	} {
		_, err := expression.Compile(expression.Request{ProjectionExpression: aws.String("a." + word)})
		got := validation.Message(err)
		if want != "" {
			want = "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: " + want
		}
		if got != want {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}
