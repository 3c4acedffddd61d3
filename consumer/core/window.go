package core

import (
	"encoding/json"
	"time"
)

// Window is the tumbling window that an invocation belongs to (W1).
type Window struct {
	Start, End time.Time
	// State is what the function returned last in this window, "{}" at first.
	State json.RawMessage
	// Final says that the window ends with this invocation, which has no records.
	Final bool
	// Early says that it ends because its state has become too big (W2).
	Early bool
}
