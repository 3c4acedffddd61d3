package faulty

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/record"
)

// All returns the bugs, sorted by name.
func All() []Bug {
	return []Bug{
		appendRepeated(),
		archiveFailuresDropped(),
		archiveOverwrites(),
		conflictDropped(),
		countsZeroRisk(),
		cutBeforeSort(),
		datesComparedAsText(),
		dropsFindings(),
		dropsRemove(),
		emptyForAbsent(),
		errorSwallowed(),
		firstInsertMakesOneKey(),
		firstRecordOnly(),
		floatSum(),
		ghostFinding(),
		hiddenMemory(),
		ignoresDeadline(),
		insertCountedTwice(),
		lateGoroutine(),
		lostPaging(),
		maxNeverLowered(),
		maxSurvivesRemoval(),
		missingTreatmentPanics(),
		newestIsLastToArrive(),
		nullForAbsent(),
		oneFindingPerBatch(),
		rewritesUnchanged(),
		seenBeforeDone(),
		selfLoop(),
		staleIndex(),
		stampsComputation(),
		treatmentCountedTwice(),
		twoTriggerLoop(),
		unconditionalWrite(),
		webhookFailuresDropped(),
		webhookKeyPerAttempt(),
		writeNotVerified(),
		writesOutsideFindings(),
		zeroRiskTakenOffAtEveryEdit(),
	}
}

// Harmless returns the constructions that bugs share without any bug: they must pass
// every scenario, else it would not be the bug that is caught.
func Harmless() []Bug {
	same := func(name string, build func(Environment) any) Bug {
		return Bug{Name: name, Trigger: "indicators", New: build}
	}
	return []Bug{
		{Name: "archive", Trigger: "archive", New: func(e Environment) any { return keeper(e).Handle }},
		{Name: "webhook", Trigger: "webhook", New: func(e Environment) any { return notifier(e).Handle }},
		same("shipped", func(e Environment) any { return shipped(e).Handle }),
		same("keeping", func(e Environment) any {
			return keeping(e, func(_, _ model.Item, _ []record.Change) {})
		}),
		same("counting", func(e Environment) any { return counting(e, nil) }),
		same("misreporting", func(e Environment) any {
			return misreporting(e, "where", func(right types.AttributeValue, _ reading) types.AttributeValue { return right })
		}),
	}
}
