// Command recompute brings the indicators of findings up to date: after a new or a
// corrected indicator, and as the job of AWS Batch that takes what is too long for a
// function.
//
//	recompute --all | --group NAME | --finding ID [--finding ID …] [--dry-run]
//
// TABLE names the table, JOBS_TABLE the one of checkpoints: a job that was stopped is
// resumed by running the same again. Findings that a trigger handed over to AWS Batch
// are resumed by the attempts of the same job only. --dry-run writes nothing and
// prints a line for each indicator that is not what the items say:
//
//	f1: where: stored nothing, computed "src/a.go"
//	1 findings, 1 changed, 0 failed
package main
