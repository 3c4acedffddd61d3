package deploy

import "strings"

// addQueue adds the dead-letter queue of a trigger, if it is one of ours, and the
// alarm that somebody has to look at it. Triggers may share one.
func (t *template) addQueue(trigger trigger) {
	if !ownQueue(trigger.OnFailure) {
		return
	}
	name := id(trigger.OnFailure)
	t.resources[name] = object{
		"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
		"Properties": object{
			"QueueName":              trigger.OnFailure,
			"MessageRetentionPeriod": 14 * 24 * 60 * 60, // seconds; the most that SQS keeps
			"SqsManagedSseEnabled":   true,
		},
	}
	t.resources[name+"Alarm"] = t.alarm(object{
		"AlarmName": trigger.OnFailure + "_not_empty",
		"AlarmDescription": "Batches were given up. The message says positions only, and records live for 24 hours: " +
			"look at once, recompute the findings (triggers/cmd/recompute), then delete the message.",
		"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible", "Statistic": "Maximum", "Period": 60,
		"Dimensions": []any{object{"Name": "QueueName", "Value": attribute(name, "QueueName")}},
		"Threshold":  0,
	}, 1)
}

// ownQueue tells a name from the ARN or the address of something that exists.
func ownQueue(target string) bool { return target != "" && !strings.Contains(target, ":") }

// destinationARN is where a batch goes that is given up.
func destinationARN(target string) any {
	if ownQueue(target) {
		return attribute(id(target), "Arn")
	}
	if host, path, ok := strings.Cut(strings.TrimPrefix(target, "https://"), "/"); ok && strings.HasPrefix(target, "https://sqs.") {
		account, name, _ := strings.Cut(path, "/")
		return sub("arn:${AWS::Partition}:sqs:" + strings.Split(host, ".")[1] + ":" + account + ":" + name)
	}
	return target
}
