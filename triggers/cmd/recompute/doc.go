// Command recompute brings the indicators of findings up to date: after a new or a
// corrected indicator, and as the job of AWS Batch that takes what is too long for a
// function.
//
//	recompute --all | --group NAME | --finding ID [--finding ID …] [--dry-run]
//
// TABLE names the table, JOBS_TABLE the one of checkpoints: a job that was stopped is
// resumed by running the same again.
package main
