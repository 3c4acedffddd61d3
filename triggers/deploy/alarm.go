package deploy

import "github.com/stillwater-streams/stillwater/triggers/function"

// metricsNamespace holds what functions say in their logs.
const metricsNamespace = "integrates-streams"

// addAlarms adds what somebody has to be told of a trigger.
func (t *template) addAlarms(trigger trigger, p permission) {
	name := t.name(trigger.name)
	for _, a := range []struct {
		id, metric, statistic, description string
		threshold, periods                 int
	}{
		{"Errors", "Errors", "Sum", "Invocations fail: Bugsnag, project integrates-streams, says why. Their batches are retried, then go to the dead-letter queue.", 0, 3},
		{"Throttles", "Throttles", "Sum", "Invocations are throttled: raise reserved_concurrency in triggers.json, or the account's limit.", 0, 3},
		{"IteratorAge", "IteratorAge", "Maximum", "Records wait for more than an hour, and are lost after 24: raise parallelization_factor or batch_size in triggers.json, or find the batch that is retried.", 60 * 60 * 1000, 3},
	} {
		t.resources[id(trigger.name)+a.id+"Alarm"] = t.alarm(object{
			"AlarmName": name + "_" + a.metric, "AlarmDescription": a.description,
			"Namespace": "AWS/Lambda", "MetricName": a.metric, "Statistic": a.statistic, "Period": 300,
			"Dimensions": functionDimension(name), "Threshold": a.threshold,
		}, a.periods)
	}
	if p.writesItsTable {
		t.addLoopAlarm(trigger)
	}
}

// addLoopAlarm watches a function that could feed itself. Every write of it comes
// back once and is dropped, so that about half of its invocations may be its own
// doing; in a loop nearly all are.
func (t *template) addLoopAlarm(trigger trigger) {
	name, group := t.name(trigger.name), id(trigger.name)
	metric := name + "_own_writes"
	t.resources[group+"OwnWrites"] = object{"Type": "AWS::Logs::MetricFilter", "Properties": object{
		"LogGroupName": ref(group + "LogGroup"), "FilterPattern": `{ $.msg = "` + function.OwnWritesMessage + `" }`,
		"MetricTransformations": []any{object{"MetricNamespace": metricsNamespace, "MetricName": metric, "MetricValue": "1", "DefaultValue": 0}},
	}}
	sum := func(id, namespace, metric string, dimensions []any) object {
		m := object{"Namespace": namespace, "MetricName": metric}
		if dimensions != nil {
			m["Dimensions"] = dimensions
		}
		return object{"Id": id, "ReturnData": false, "MetricStat": object{"Metric": m, "Period": 300, "Stat": "Sum"}}
	}
	t.resources[group+"LoopAlarm"] = t.alarm(object{
		"AlarmName": name + "_feeds_itself",
		"AlarmDescription": "Nearly all invocations are caused by the function's own writes: it feeds itself, and nothing else stops it. Remedy: " +
			"set enabled to false in triggers.json and deploy, or at once: aws lambda update-event-source-mapping --no-enabled --uuid (see aws lambda list-event-source-mappings --function-name " + name + "). " +
			"Then find the write that changes what the trigger reacts to.",
		"Threshold": 0.9,
		"Metrics": []any{
			sum("own", metricsNamespace, metric, nil),
			sum("all", "AWS/Lambda", "Invocations", functionDimension(name)),
			object{"Id": "share", "Label": "share of invocations by own writes", "ReturnData": true, "Expression": "IF(FILL(own, 0) > 100, own / all, 0)"},
		},
	}, 3)
}

func functionDimension(name string) []any {
	return []any{object{"Name": "FunctionName", "Value": name}}
}

// alarm completes an alarm: above its threshold in so many periods on end. No data is
// no alarm: a function that is not invoked has none.
func (t *template) alarm(properties object, periods int) object {
	properties["ComparisonOperator"] = "GreaterThanThreshold"
	properties["EvaluationPeriods"] = periods
	properties["TreatMissingData"] = "notBreaching"
	properties["AlarmActions"] = object{"Fn::If": []any{"HasAlarmTopic", []any{ref("AlarmTopic")}, []any{}}}
	return object{"Type": "AWS::CloudWatch::Alarm", "Properties": properties}
}
