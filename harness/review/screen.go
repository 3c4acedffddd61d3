package review

import (
	"context"
	"errors"
	"io"
)

// Decided is what a person decided on a screen, by the names of the scenarios.
type Decided struct {
	Accepted, Rejected, Skipped []string
}

// Screen shows what is pending on a terminal, one group after the other, and does
// at once what is decided by key. It ends when all is decided, when the person
// quits, or with ctx.
func Screen(ctx context.Context, in io.Reader, out io.Writer, o Options, pending []Change) (Decided, error) {
	return Decided{}, errors.New("review: the screen is not there yet: use stillwater pending, accept and reject")
}
