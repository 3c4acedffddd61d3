package mutations

import "github.com/stillwater-streams/stillwater/harness"

// All returns the mutations that scenarios may name, in the order of
// reference/domain.md section 3.
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
	}
}

// Seeds returns the words of fixtures: each puts one main item, complete with
// its secondary keys and scores, without history and without indicators.
func Seeds() []harness.Mutation {
	return []harness.Mutation{
		seedGroup(),
		seedFinding(),
		seedVulnerability(),
	}
}
