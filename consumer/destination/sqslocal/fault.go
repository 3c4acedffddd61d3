package sqslocal

import (
	"errors"
	"net/http"
)

// Fault is what an endpoint does wrong with a call.
type Fault int

const (
	// Refuse answers 500 InternalFailure; nothing was done. The SDK tries again.
	Refuse Fault = iota
	// Deny answers 403 AccessDenied; nothing was done. The SDK does not try again.
	Deny
	// Cut breaks the connection; nothing was done.
	Cut
	// LoseAnswer does what was asked and breaks the connection.
	LoseAnswer
)

// errBroken breaks the connection.
var errBroken = errors.New("sqslocal: connection broken on demand")

// plan is what FailNext left to do for an operation.
type plan struct {
	left  int
	fault Fault
}

// FailNext has the next n calls of the operation fail ("SendMessage"; "" is any
// that has no plan of its own), in place of what was planned for it before; with
// n = 0 all is well again. Each try of the SDK, which makes three by default, is
// a call.
func (e *Endpoint) FailNext(operation string, n int, f Fault) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plans[operation] = plan{n, f}
}

// planned uses up one planned fault of the operation, if there is one.
func (e *Endpoint) planned(operation string) (Fault, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range []string{operation, ""} {
		if p := e.plans[key]; p.left > 0 {
			p.left--
			e.plans[key] = p
			return p.fault, true
		}
	}
	return 0, false
}

// after tells whether the call is done before it fails.
func (f Fault) after() bool { return f == LoseAnswer }

// err is what the caller gets.
func (f Fault) err() error {
	switch f {
	case Refuse:
		return refusal{shape: "InternalFailure", status: http.StatusInternalServerError, message: "The endpoint was told to fail."}
	case Deny:
		return refusal{shape: "AccessDeniedException", query: "AccessDenied", status: http.StatusForbidden, message: "The endpoint was told to deny access."}
	default:
		return errBroken
	}
}
