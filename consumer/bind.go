package consumer

import (
	"context"
	"reflect"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// withEvent gives a handler that takes an events.DynamoDBEvent its event, and
// returns what is left of it: a handler that takes a context. Any other handler,
// and any payload that only encoding/json can judge, is left to lambda.NewHandler.
func withEvent(handler any, payload []byte) any {
	t := reflect.TypeOf(handler)
	if _, ok := handler.(lambda.Handler); ok || t.NumIn() == 0 || t.In(t.NumIn()-1) != reflect.TypeFor[events.DynamoDBEvent]() {
		return handler
	}
	event, err := DecodeEvent(payload)
	if err != nil {
		return handler
	}
	var results []reflect.Type
	for i := range t.NumOut() {
		results = append(results, t.Out(i))
	}
	bound := reflect.FuncOf([]reflect.Type{reflect.TypeFor[context.Context]()}, results, false)
	return reflect.MakeFunc(bound, func(args []reflect.Value) []reflect.Value {
		if t.NumIn() == 1 {
			args = nil
		}
		return reflect.ValueOf(handler).Call(append(args, reflect.ValueOf(event)))
	}).Interface()
}
