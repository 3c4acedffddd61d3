// Package record is what triggers share: reading a record, and, where each record
// of a batch is acted on by itself and in order, telling Lambda which failed.
//
// It promises that no record is lost: each was handled, or it is among the batch
// item failures that the handler returns, whatever was wrong with it and however
// little time was left. The mapping must say function_response_types
// ["ReportBatchItemFailures"], else Lambda takes any response for success.
//
// Start with [Each], which a handler calls with what it does to one [Change]; a
// trigger that groups its batch first calls [Read].
package record
