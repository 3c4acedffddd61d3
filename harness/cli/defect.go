package cli

import (
	"fmt"
	"runtime/debug"
)

// defect is a panic that no handler made: one of stillwater, or of a function
// that the project gave it.
type defect struct {
	doing string
	value any
	stack []byte
}

func (d defect) Error() string {
	return fmt.Sprintf("%s: panic: %v\n%sa defect of stillwater: please report the output above; if the stack names a mutation, a seed or a view of this project, of that",
		d.doing, d.value, d.stack)
}

// guarded runs f and turns its panic into a defect, so that whoever holds the
// engine can still remove its container.
func guarded(doing string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = defect{doing, p, debug.Stack()}
		}
	}()
	return f()
}
