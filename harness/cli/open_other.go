//go:build !unix

package cli

import (
	"io"

	"github.com/stillwater-streams/stillwater/harness"
)

// openOnSignal does nothing: there is no signal for it here.
func openOnSignal(io.Writer, *harness.Harness) (stop func()) { return func() {} }
