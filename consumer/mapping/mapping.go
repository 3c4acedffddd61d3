package mapping

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// Defaults of what a trigger does not say. They are Lambda's, except where they
// say otherwise.
const (
	DefaultBatchSize = 100 // P1
	// DefaultTimeout is longer than Lambda's 3 seconds, which is too short for a
	// batch.
	DefaultTimeout               = 60 * time.Second
	DefaultMemorySize            = 128 // MB
	DefaultParallelizationFactor = 1   // P5
	// DefaultStartingPosition is ours: Lambda has none and wants to be told (P4).
	DefaultStartingPosition = TrimHorizon
	// DefaultMaximumRetryAttempts is small where Lambda's is unlimited (P6): a
	// test that retries for 24 hours hangs.
	DefaultMaximumRetryAttempts = 2
)

// Starting positions of a mapping (P4).
const (
	// TrimHorizon begins with the oldest record that the stream still has.
	TrimHorizon = "TRIM_HORIZON"
	// Latest begins with what is written after the mapping has started.
	Latest = "LATEST"
)

// Mapping is one trigger on the stream of one table. Rows (P1, …) are those of
// the Lambda reference that the project keeps.
type Mapping struct {
	// Trigger is its name: "indicators".
	Trigger string
	// FunctionPrefix comes before Trigger in the name of the function.
	FunctionPrefix string
	// Handler is the dotted path of its handler: "triggers.indicators.Handle".
	Handler string
	// Table is the table whose stream it gets.
	Table string
	// Enabled is false for a mapping that reads nothing and keeps its position (P15).
	Enabled bool

	// Timeout is how long an invocation may run.
	Timeout time.Duration
	// MemorySize is the memory of the function in MB.
	MemorySize int
	// ReservedConcurrency is the most invocations of the function at once, over
	// all shards; 0 throttles every one, nil is no limit of its own.
	ReservedConcurrency *int

	// BatchSize is the most records of one invocation (P1).
	BatchSize int
	// MaximumBatchingWindow is how long records are gathered for a batch that is
	// not full (P2).
	MaximumBatchingWindow time.Duration
	// StartingPosition is TrimHorizon or Latest: where the mapping begins that
	// has no checkpoint yet (P4).
	StartingPosition string
	// ParallelizationFactor is the number of batches of one shard at once (P5).
	ParallelizationFactor int
	// Filters says which records the function gets; nil is all of them (P11).
	Filters *filter.Filter
	// TumblingWindow is the length of tumbling windows; 0 is none (P10).
	TumblingWindow time.Duration

	// MaximumRetryAttempts is how often a failed batch is tried again; -1 until
	// its records expire (P6).
	MaximumRetryAttempts int
	// RetryDefaulted says that the file leaves MaximumRetryAttempts to
	// DefaultMaximumRetryAttempts, which is not Lambda's: tell the user.
	RetryDefaulted bool
	// MaximumRecordAge is how old a record may get before it is given up; 0 is
	// no limit but the 24 hours of the stream (P7).
	MaximumRecordAge time.Duration
	// BisectBatchOnFunctionError splits a batch that failed in two (P8).
	BisectBatchOnFunctionError bool
	// ReportBatchItemFailures lets the response of the function name the records
	// that failed (P9).
	ReportBatchItemFailures bool
	// OnFailure is where a batch goes that is given up, in the words of
	// destination.ParseTarget; "" is nowhere, it is dropped (P12).
	OnFailure string

	// EventCount turns on Lambda's metrics of that group (P13).
	EventCount bool

	// Place is where the trigger stands in its file; zero for a mapping that
	// comes from no file.
	Place Place
	// Given says which keys the file gives and where their values stand;
	// everything else is a default. The patterns of filters have a place each,
	// "filters[0]".
	Given map[string]Place
}

// Place is where something stands in a file. Line and Col count from 1, Col in
// characters.
type Place struct {
	File      string
	Line, Col int
}

// behind is the place at the end of a text that begins at p.
func (p Place) behind(text string) Place {
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		p.Line += strings.Count(text, "\n")
		p.Col = 1
		text = text[i+1:]
	}
	p.Col += utf8.RuneCountInString(text)
	return p
}

// FunctionName is the name of the function in Lambda: "integrates_streams_indicators".
func (m Mapping) FunctionName() string {
	return m.FunctionPrefix + m.Trigger
}

// Core is the mapping's part of a lane's configuration. Back-off, jitter and
// seed are the consumer's, not the mapping's: AWS lets nobody choose them (D5).
func (m Mapping) Core() core.Config {
	return core.Config{
		BatchSize:                  m.BatchSize,
		BatchingWindow:             m.MaximumBatchingWindow,
		ParallelizationFactor:      m.ParallelizationFactor,
		MaximumRetryAttempts:       m.MaximumRetryAttempts,
		MaximumRecordAge:           m.MaximumRecordAge,
		BisectBatchOnFunctionError: m.BisectBatchOnFunctionError,
		ReportBatchItemFailures:    m.ReportBatchItemFailures,
		TumblingWindow:             m.TumblingWindow,
		OnFailure:                  m.OnFailure != "",
	}
}
