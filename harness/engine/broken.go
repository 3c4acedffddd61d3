package engine

import (
	"errors"
	"fmt"
)

// Property is one of the promises that the verdict "settled" rests on (reference/dynamodb-local.md section 5).
type Property string

// The properties that [SelfTest] checks.
const (
	DenseCounter Property = "P1 dense counter"
	Visibility   Property = "P2 immediate visibility"
	Paging       Property = "P3 complete paging"
	Isolation    Property = "isolation of databases"
)

// ErrBroken is matched by every [BrokenError].
var ErrBroken = errors.New("this endpoint breaks a promise that quiescence rests on")

// BrokenError says that an endpoint does not keep a property, and with what it was seen.
type BrokenError struct {
	Property Property
	Seen     string // what happened, with the numbers
}

// Error names the property, what was seen and what it means for the user.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("%s: broken: %s (%s); use DynamoDB Local directly, without anything in front of it",
		e.Property, e.Seen, e.meaning())
}

// Is makes every BrokenError match [ErrBroken].
func (e *BrokenError) Is(target error) bool { return target == ErrBroken }

func (e *BrokenError) meaning() string {
	switch e.Property {
	case DenseCounter:
		return "so fences cannot tell whether something was written between them"
	case Visibility:
		return "so an empty page does not mean that nothing is left to deliver"
	case Paging:
		return "so a shard that looks read out may hold more records"
	default:
		return "so scenarios that run at the same time would disturb each other"
	}
}

func broken(p Property, seen string) error { return &BrokenError{Property: p, Seen: seen} }
