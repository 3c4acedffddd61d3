package mutations

import "github.com/stillwater-streams/stillwater/harness"

// All returns the mutations that scenarios may name, in the order of
// reference/domain.md section 3: every row of its table is one.
func All() []harness.Mutation {
	return []harness.Mutation{
		reportFinding(),
		reportDraftVulnerability(),
		submitFinding(),
		approveFinding(),
		confirmVulnerabilities(),
		rejectVulnerabilities(),
		closeVulnerabilities(),
		reopenVulnerabilities(),
		changeTreatment(),
		assign(),
		requestPermanentAcceptance(),
		approveAcceptance(),
		rejectAcceptance(),
		acceptTemporarily(),
		requestReattack(),
		holdReattack(),
		verifyReattack(),
		requestZeroRisk(),
		confirmZeroRisk(),
		rejectZeroRisk(),
		changeVulnerabilitySeverity(),
		changeFindingSeverity(),
		editLocation(),
		removeVulnerability(),
		bulkUpload(),
		removeFinding(),
		moveRoot(),
	}
}

// Seeds returns the words of fixtures: each puts one main item, complete with its
// secondary keys and scores, and what the mutation that made it would have left
// beside it: a finding's marker and the history of each entry. There are no
// indicators of findings: those are the trigger's.
func Seeds() []harness.Mutation {
	return []harness.Mutation{
		seedGroup(),
		seedRoot(),
		seedFinding(),
		seedVulnerability(),
	}
}
