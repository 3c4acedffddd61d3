package archive

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// keeps tells whether the item of a change belongs in the archive.
func keeps(c record.Change) bool {
	if c.Event != record.Remove {
		return false
	}
	return isHistory(c.Key) || isMain(c.Key) && released(c.Before)
}

// isMain tells findings and vulnerabilities from comments, markers, groups and
// roots, some of which share a part of their key with them.
func isMain(key model.Key) bool {
	if _, _, ok := model.SplitFindingKey(key); ok {
		return true
	}
	_, _, ok := model.SplitVulnerabilityKey(key)
	return ok
}

// isHistory knows the history of findings and vulnerabilities by its key: that of
// the entity, and the kind of the entry with its date.
func isHistory(key model.Key) bool {
	if !strings.HasPrefix(key.PK, "FIN#") && !strings.HasPrefix(key.PK, "VULN#") {
		return false
	}
	for _, kind := range []string{"STATE#", "TREATMENT#", "VERIFICATION#", "ZERORISK#"} {
		if date, ok := strings.CutPrefix(key.SK, kind); ok && date != "" {
			return true
		}
	}
	return false
}

// released is false for DELETED only: whatever was released ends as MASKED. An
// item that was deleted by hand in another state, or that has none, is kept: an
// archive that forgets what it does not understand is of no use.
func released(item model.Item) bool {
	state, ok := item["state"].(*types.AttributeValueMemberM)
	if !ok {
		return true
	}
	status, ok := state.Value["status"].(*types.AttributeValueMemberS)
	// A finding and a vulnerability spell it alike.
	return !ok || status.Value != string(model.StateDeleted)
}
