// Package mapping parses triggers.json: one event source mapping per trigger,
// with Lambda's parameters under snake case names.
//
// The guarantee: what a file says is honoured or refused, never ignored. An
// unknown key, a value out of range, values that do not go together or a trigger
// named twice is an error with file, line and column, in the words of the
// parameter, its range and Lambda itself; all errors of a file are reported at
// once.
//
//	{
//	  "$schema": "../consumer/mapping/triggers.schema.json",
//	  "function_prefix": "integrates_streams_",
//	  "triggers": {
//	    "indicators": {
//	      "handler": "triggers.indicators.Handle",
//	      "table": "integrates_vms",
//	      "batch_size": 100,
//	      "timeout": 60,
//	      "filters": [{"dynamodb": {"NewImage": {"state": {"S": ["open"]}}}}],
//	      "maximum_retry_attempts": 10,
//	      "on_failure": "integrates_streams_dlq"
//	    }
//	  }
//	}
//
// A trigger has these keys, and [Schema] says the same to an editor. Rows (P1,
// …) are those of the Lambda reference that the project keeps.
//
//	key                                 value                       default       Lambda                          row
//	handler                             dotted path, required       -             Handler                         -
//	table                               name, required              -             EventSourceArn                  -
//	enabled                             true or false               true          Enabled                         P15
//	timeout                             1 to 900 s                  60            Timeout (3)                     D9
//	memory_size                         128 to 10240 MB             128           MemorySize                      -
//	reserved_concurrency                0 to 1000                   none          ReservedConcurrentExecutions    -
//	batch_size                          1 to 10000                  100           BatchSize                       P1
//	maximum_batching_window_in_seconds  0 to 300 s                  0             MaximumBatchingWindowInSeconds  P2
//	starting_position                   TRIM_HORIZON or LATEST      TRIM_HORIZON  StartingPosition (required)     P4
//	parallelization_factor              1 to 10                     1             ParallelizationFactor           P5
//	filters                             0 to 10 patterns            []            FilterCriteria                  P11, L1
//	tumbling_window_in_seconds          0 to 900 s                  0             TumblingWindowInSeconds         P10, W1
//	maximum_retry_attempts              -1 to 10000                 2             MaximumRetryAttempts (-1)       P6
//	maximum_record_age_in_seconds       -1 or 60 to 604800 s        -1            MaximumRecordAgeInSeconds       P7
//	bisect_batch_on_function_error      true or false               false         BisectBatchOnFunctionError      P8
//	function_response_types             ["ReportBatchItemFailures"] []            FunctionResponseTypes           P9
//	on_failure                          queue, topic or bucket      none          DestinationConfig               P12
//	metrics_config                      ["EventCount"]              []            MetricsConfig                   P13
//
// Where Lambda's default is another it stands in brackets. That of
// maximum_retry_attempts is -1, until the records expire, up to 24 hours: say -1
// to have that. What a file says explicitly wins over every default, and
// [Mapping] knows what it said ([Mapping.Given]).
//
// A filter is the pattern itself, not a text that holds it, and filter.Parse
// reads it; what on_failure may be, destination.ParseTarget says.
//
// # What goes together
//
// A tumbling window needs a parallelization_factor of 1 (P10). Nothing else is
// known to be refused: a batch_size above 10 without a batching window is, but
// for SQS only (section 1 of the reference). Of what Lambda has for other event
// sources, AT_TIMESTAMP (P4), provisioned pollers (P14), scaling and the metrics
// for Kafka (P13) are refused with the reason. [Advise] names what is legal and
// surely not meant.
//
// # What Lambda says
//
// Errors quote Lambda where its words are known. Recorded from AWS (LocalStack's
// snapshots): those for starting_position, starting_position_timestamp and
// filters. Reported: "MaximumRecordAgeInSeconds must
// be …" (hashicorp/terraform-provider-aws#16113), "Unsupported '…' parameter for
// given event source mapping type." (pulumi/pulumi-aws#1418, for another
// parameter) and "Specified ReservedConcurrentExecutions …"
// (milliHQ/terraform-aws-next-js#251; the number in it differs by account). The
// rest have the form of AWS's checks of its API models.
//
// Start with [Parse].
package mapping
