package scenarios

import (
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
)

// ArchiveTable is the table of the trigger archive.
const ArchiveTable = archiveTable

// NewJob is the job that the indicators hand over to.
func NewJob(e harness.Environment, table string) indicators.Job {
	return recompute.ByName(job{e.Submit, table})
}
