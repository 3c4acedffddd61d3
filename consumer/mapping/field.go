package mapping

import (
	"slices"
	"time"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

// field is one key of a trigger: the only place that knows its range.
type field struct {
	key    string // "batch_size"
	lambda string // what Lambda calls it: "BatchSize"; "" where it has no name for it
	// accepts is what the value must be: "a whole number from 1 to 10000".
	accepts string
	// set stores the value, unless it has objections to it.
	set func(node) []objection
	// preset stores the default, before set; nil: the key is required.
	preset func()
}

// objection is what is wrong with a value.
type objection struct {
	at   int
	part string // which part of the value: "[2]"; "" is all of it
	// why is the whole message; "" says that the value is not what its field
	// accepts.
	why string
	// lambda is what Lambda says of such a value; "" where nobody knows.
	lambda string
}

// triggerFields gives the keys of a trigger, to be stored into m, in the order
// of their documentation.
func triggerFields(m *Mapping) []field {
	return slices.Concat(functionFields(m), batchFields(m), failureFields(m))
}

func functionFields(m *Mapping) []field {
	return []field{
		{
			key: "handler", accepts: "the dotted path of a handler",
			set: text(&m.Handler, `^[^.\s]+(\.[^.\s]+)*$`),
		},
		{
			key: "table", lambda: "EventSourceArn", accepts: "the name of a table, 3 to 255 letters, digits, _, - and .",
			set: text(&m.Table, `^[a-zA-Z0-9_.-]{3,255}$`),
		},
		{
			key: "enabled", lambda: "Enabled", accepts: "true or false",
			set: boolean(&m.Enabled), preset: func() { m.Enabled = true },
		},
		whole{
			key: "timeout", lambda: "Timeout", unit: "seconds",
			least: 1, most: 900, initial: int(DefaultTimeout / time.Second),
		}.field(seconds(&m.Timeout)),
		whole{
			key: "memory_size", lambda: "MemorySize", unit: "MB",
			least: 128, most: 10_240, initial: DefaultMemorySize,
		}.field(number(&m.MemorySize)),
		reservedConcurrency(m),
	}
}

func batchFields(m *Mapping) []field {
	return []field{
		whole{
			key: "batch_size", lambda: "BatchSize",
			least: 1, most: core.MaxBatchSize, initial: DefaultBatchSize,
		}.field(number(&m.BatchSize)),
		whole{
			key: "maximum_batching_window_in_seconds", lambda: "MaximumBatchingWindowInSeconds", unit: "seconds",
			least: 0, most: int(core.MaxBatchingWindow / time.Second), initial: 0,
		}.field(seconds(&m.MaximumBatchingWindow)),
		startingPosition(m),
		whole{
			key: "parallelization_factor", lambda: "ParallelizationFactor",
			least: 1, most: core.MaxParallelizationFactor, initial: DefaultParallelizationFactor,
		}.field(number(&m.ParallelizationFactor)),
		{
			key: "filters", lambda: "FilterCriteria", accepts: "an array of 0 to 10 filter patterns",
			set: filters(m), preset: func() {},
		},
		whole{
			key: "tumbling_window_in_seconds", lambda: "TumblingWindowInSeconds", unit: "seconds",
			least: 0, most: int(core.MaxTumblingWindow / time.Second), initial: 0,
		}.field(seconds(&m.TumblingWindow)),
	}
}

func failureFields(m *Mapping) []field {
	return []field{
		retryAttempts(m),
		recordAge(m),
		{
			key: "bisect_batch_on_function_error", lambda: "BisectBatchOnFunctionError", accepts: "true or false",
			set: boolean(&m.BisectBatchOnFunctionError), preset: func() {},
		},
		{
			key: "function_response_types", lambda: "FunctionResponseTypes", accepts: `["ReportBatchItemFailures"] or []`,
			set: only("ReportBatchItemFailures", &m.ReportBatchItemFailures, nil), preset: func() {},
		},
		{
			key: "on_failure", lambda: "DestinationConfig", accepts: "a text: the name, URL or ARN of a queue, the ARN of a topic or of a bucket",
			set: onFailure(m), preset: func() {},
		},
		{
			key: "metrics_config", lambda: "MetricsConfig", accepts: `["EventCount"] or []`,
			set: only("EventCount", &m.EventCount, kafkaMetrics()), preset: func() {},
		},
	}
}

// kafkaMetrics are the groups that other event sources have (P13).
func kafkaMetrics() map[string]string {
	const why = "is a group of metrics for Kafka only, DynamoDB streams have EventCount"
	return map[string]string{"ErrorCount": why, "KafkaMetrics": why}
}
