package consumer

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-lambda-go/lambda"
)

// checkSignature tells whether lambda.NewHandler can call the handler. That
// reports a bad one only when it is invoked, where it would look like a failing
// function and be retried; the rules here are those of lambda.Start:
// at most a context and an event in, at most a value and an error out.
func checkSignature(handler any) error {
	if handler == nil {
		return errors.New("is nil")
	}
	if _, ok := handler.(lambda.Handler); ok {
		return nil // called as it is
	}
	t := reflect.TypeOf(handler)
	if t.Kind() != reflect.Func {
		return fmt.Errorf("%s is not a function", t)
	}
	if reflect.ValueOf(handler).IsNil() {
		return fmt.Errorf("%s is nil", t)
	}
	if err := checkArguments(t); err != nil {
		return fmt.Errorf("%s %w", t, err)
	}
	if err := checkResults(t); err != nil {
		return fmt.Errorf("%s %w", t, err)
	}
	return nil
}

func checkArguments(t reflect.Type) error {
	if t.IsVariadic() {
		return errors.New("is variadic")
	}
	switch t.NumIn() {
	case 0:
		return nil
	case 1:
		if in := t.In(0); in.Kind() == reflect.Interface && in.NumMethod() > 0 && !isContext(in) {
			return fmt.Errorf("takes the interface %s, which is neither context.Context nor empty", in)
		}
		return nil
	case 2:
		if !isContext(t.In(0)) {
			return fmt.Errorf("takes two arguments, but the first is %s and not context.Context", t.In(0))
		}
		return nil
	default:
		return fmt.Errorf("takes %d arguments", t.NumIn())
	}
}

func checkResults(t reflect.Type) error {
	if n := t.NumOut(); n > 2 {
		return fmt.Errorf("returns %d values", n)
	} else if n > 0 && !t.Out(n-1).Implements(reflect.TypeFor[error]()) {
		return fmt.Errorf("returns %s last and not error", t.Out(n-1))
	}
	return nil
}

func isContext(t reflect.Type) bool {
	context := reflect.TypeFor[context.Context]()
	return t.Kind() == reflect.Interface && t.Implements(context) && context.Implements(t)
}
