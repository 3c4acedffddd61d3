// Package record is what triggers share that act on each record of a batch by
// itself, in order: reading it, and telling Lambda which records failed.
//
// It promises that no record is lost: each was handled, or it is among the batch
// item failures that the handler returns, whatever was wrong with it and however
// little time was left. The mapping must say function_response_types ["ReportBatchItemFailures"], else
// Lambda takes any response for success.
//
// Start with [Each], which a handler calls with what it does to one [Change].
package record
