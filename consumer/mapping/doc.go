// Package mapping parses triggers.json: one event source mapping per trigger,
// with Lambda's parameters under snake case names.
//
// The guarantee: what a file says is honoured or refused, never ignored. An
// unknown key, a value out of range or a trigger named twice is an error with
// file, line and column; all errors of a file are reported at once.
//
//	{
//	  "$schema": "../consumer/mapping/triggers.schema.json",
//	  "function_prefix": "integrates_streams_",
//	  "triggers": {
//	    "indicators": {
//	      "handler": "triggers.indicators.Handle",
//	      "table": "integrates_vms",
//	      "batch_size": 100,
//	      "timeout": 60
//	    }
//	  }
//	}
//
// A trigger has these keys, and [Schema] says the same to an editor:
//
//	handler                 text, required: dotted path of the handler
//	table                   text, required: the table whose stream it gets
//	batch_size              1 to 10000, default 100
//	enabled                 true or false, default true
//	timeout                 seconds, 1 to 900, default 60
//	maximum_retry_attempts  -1 or 0 to 10000, default 2
//
// The default of maximum_retry_attempts is not Lambda's, which is -1: retry
// until the records expire, up to 24 hours. Say -1 to have that.
//
// Start with [Parse].
package mapping
