package mapping

import "time"

// Defaults of what a trigger does not say.
const (
	DefaultBatchSize = 100
	DefaultTimeout   = 60 * time.Second
	// DefaultMaximumRetryAttempts is small where Lambda's is unlimited: a test
	// that retries for 24 hours hangs.
	DefaultMaximumRetryAttempts = 2
)

// Mapping is one trigger on the stream of one table.
type Mapping struct {
	// Trigger is its name: "indicators".
	Trigger string
	// Handler is the dotted path of its handler: "triggers.indicators.Handle".
	Handler string
	// Table is the table whose stream it gets.
	Table string
	// BatchSize is the most records of one invocation.
	BatchSize int
	// MaximumRetryAttempts is how often a failed batch is tried again; -1 until
	// its records expire.
	MaximumRetryAttempts int
	// RetryDefaulted says that the file leaves MaximumRetryAttempts to
	// DefaultMaximumRetryAttempts, which is not Lambda's: tell the user.
	RetryDefaulted bool
	// Timeout is how long an invocation may run.
	Timeout time.Duration
	// Enabled is false for a mapping that reads nothing and keeps its position.
	Enabled bool
	// FunctionPrefix comes before Trigger in the name of the function.
	FunctionPrefix string
}

// FunctionName is the name of the function in Lambda: "integrates_streams_indicators".
func (m Mapping) FunctionName() string {
	return m.FunctionPrefix + m.Trigger
}
