package expression_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
)

// typical is the condition of an optimistic lock with a state.
func typical() expression.Request {
	return expression.Request{
		Operation:                 "UpdateItem",
		ConditionExpression:       aws.String("attribute_exists(pk) AND #version = :version AND (#state IN (:open, :draft) OR priority >= :urgent)"),
		ExpressionAttributeNames:  map[string]string{"#version": "version", "#state": "state"},
		ExpressionAttributeValues: readItem(`:version: 12, :open: "OPEN", :draft: "DRAFT", :urgent: 3`),
	}
}

func typicalUpdate() expression.Request {
	return expression.Request{
		Operation:                 "UpdateItem",
		UpdateExpression:          aws.String("SET #state = :state, visits = visits + :one, history = list_append(if_not_exists(history, :none), :entry) REMOVE draft ADD tags :tags"),
		ExpressionAttributeNames:  map[string]string{"#state": "state"},
		ExpressionAttributeValues: readItem(`:state: "DONE", :one: 1, :none: [], :entry: ["closed"], :tags: <"x">`),
	}
}

const typicalItem = `pk: "FIN#1", version: 12, state: "CLOSED", priority: 7, visits: 41, history: ["opened"], draft: true, tags: <"a", "b">`

func BenchmarkCompileCondition(b *testing.B) {
	b.ReportAllocs()
	r := typical()
	for b.Loop() {
		if _, err := expression.Compile(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	b.ReportAllocs()
	c, err := expression.Compile(typical())
	if err != nil {
		b.Fatal(err)
	}
	it := readItem(typicalItem)
	for b.Loop() {
		if !c.Condition.Match(it) {
			b.Fatal("does not match")
		}
	}
}

func BenchmarkCompileUpdate(b *testing.B) {
	b.ReportAllocs()
	r := typicalUpdate()
	for b.Loop() {
		if _, err := expression.Compile(r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply(b *testing.B) {
	b.ReportAllocs()
	c, err := expression.Compile(typicalUpdate())
	if err != nil {
		b.Fatal(err)
	}
	it := readItem(typicalItem)
	for b.Loop() {
		if _, err := c.Update.Apply(it); err != nil {
			b.Fatal(err)
		}
	}
}
