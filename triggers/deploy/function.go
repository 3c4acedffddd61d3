package deploy

import (
	"encoding/json"
	"strings"
)

// permission is what a function may do, and needs to be told.
type permission struct {
	statements  func(table string) []any
	environment func(table string) object
	// writesItsTable: it gets its own writes, and could feed itself. A test of the
	// scenarios derives it from what triggers wrote and were handed there.
	writesItsTable bool
	// reports: its response names the records that failed.
	reports bool
}

// permissions are those of the triggers, by name; the least that each needs.
func permissions() map[string]permission {
	own := func(table string) object { return object{"TABLE": table} }
	return map[string]permission{
		"indicators": {
			statements: func(table string) []any {
				return []any{
					allow(itemARNs(table), "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"),
					allow(jobARNs(), "batch:SubmitJob"),
				}
			},
			environment: func(table string) object {
				return object{"TABLE": table, "JOB_QUEUE": ref("JobQueue"), "JOB_DEFINITION": JobDefinition}
			},
			writesItsTable: true,
		},
		"archive": {
			statements: func(string) []any {
				return []any{allow([]any{attribute("ArchiveTable", "Arn")}, "dynamodb:PutItem")}
			},
			environment: func(string) object { return object{"ARCHIVE_TABLE": ref("ArchiveTable")} }, reports: true,
		},
		"webhook": {
			statements: func(table string) []any {
				return []any{allow(itemARNs(table), "dynamodb:GetItem", "dynamodb:Query")}
			},
			environment: own, reports: true,
		},
	}
}

func allow(resources []any, actions ...string) object {
	return object{"Effect": "Allow", "Action": actions, "Resource": resources}
}

// itemARNs are those of a table and its indexes.
func itemARNs(table string) []any {
	const arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/"
	return []any{sub(arn + table), sub(arn + table + "/index/*")}
}

func (t *template) function(trigger trigger, p permission) object {
	properties := object{
		"FunctionName":  t.name(trigger.name),
		"Description":   "Trigger " + trigger.Handler + " on the stream of " + trigger.Table,
		"CodeUri":       Archive(trigger.name, t.Architecture),
		"Handler":       "bootstrap",
		"Runtime":       "provided.al2023",
		"Architectures": []string{map[string]string{"amd64": "x86_64", "arm64": "arm64"}[t.Architecture]},
		"MemorySize":    trigger.MemorySize,
		"Timeout":       trigger.Timeout,
		"LoggingConfig": object{"LogGroup": ref(id(trigger.name) + "LogGroup")},
		"Environment":   object{"Variables": t.variables(p.environment(trigger.Table))},
		"Policies":      []any{object{"Version": "2012-10-17", "Statement": append(p.statements(trigger.Table), destination(trigger)...)}},
		"Events":        object{"Stream": object{"Type": "DynamoDB", "Properties": mappingOf(trigger)}},
	}
	if n := trigger.ReservedConcurrency; n != nil && *n >= 0 {
		properties["ReservedConcurrentExecutions"] = *n
	}
	return object{"Type": "AWS::Serverless::Function", "Properties": properties}
}

// Archive is the name of the zip file of a trigger's bootstrap, beside the template.
func Archive(trigger, architecture string) string { return trigger + "-" + architecture + ".zip" }

// variables are those of every function, and its own.
func (t *template) variables(own object) object {
	variables := object{
		"STAGE": ref("Stage"), "BUGSNAG_API_KEY": ref("BugsnagApiKey"),
		"OTEL_EXPORTER_OTLP_ENDPOINT": ref("OtlpEndpoint"), "OTEL_EXPORTER_OTLP_HEADERS": ref("OtlpHeaders"),
	}
	for name, value := range own {
		variables[name] = value
	}
	return variables
}

// mappingOf is the event source mapping: what triggers.json gives, and what its
// defaults are not Lambda's.
func mappingOf(trigger trigger) object {
	m := object{
		"Stream": ref(streamParameter(trigger.Table)), "StartingPosition": trigger.StartingPosition,
		"BatchSize": trigger.BatchSize, "MaximumRetryAttempts": *trigger.MaximumRetryAttempts,
		"Enabled": trigger.Enabled == nil || *trigger.Enabled,
	}
	for name, value := range map[string]*int{
		"MaximumBatchingWindowInSeconds": trigger.MaximumBatchingWindowInSeconds, "ParallelizationFactor": trigger.ParallelizationFactor,
		"TumblingWindowInSeconds": trigger.TumblingWindowInSeconds, "MaximumRecordAgeInSeconds": trigger.MaximumRecordAgeInSeconds,
	} {
		if value != nil {
			m[name] = *value
		}
	}
	if trigger.BisectBatchOnFunctionError != nil {
		m["BisectBatchOnFunctionError"] = *trigger.BisectBatchOnFunctionError
	}
	if len(trigger.FunctionResponseTypes) > 0 {
		m["FunctionResponseTypes"] = trigger.FunctionResponseTypes
	}
	if len(trigger.MetricsConfig) > 0 {
		m["MetricsConfig"] = object{"Metrics": trigger.MetricsConfig}
	}
	if len(trigger.Filters) > 0 {
		m["FilterCriteria"] = object{"Filters": filters(trigger.Filters)}
	}
	if trigger.OnFailure != "" {
		m["DestinationConfig"] = object{"OnFailure": object{"Destination": destinationARN(trigger.OnFailure)}}
	}
	return m
}

// filters are the patterns as texts, which is how Lambda takes them.
func filters(patterns []json.RawMessage) []any {
	list := make([]any, len(patterns))
	for i, pattern := range patterns {
		list[i] = object{"Pattern": string(pattern)}
	}
	return list
}

// destination lets a function, in whose name Lambda does it, give up a batch.
func destination(trigger trigger) []any {
	target := trigger.OnFailure
	switch {
	case target == "":
		return nil
	case strings.Contains(target, ":sns:"):
		return []any{allow([]any{target}, "sns:Publish")}
	case strings.Contains(target, ":s3:"):
		return []any{allow([]any{target, target + "/*"}, "s3:PutObject", "s3:ListBucket")}
	}
	return []any{allow([]any{destinationARN(target)}, "sqs:SendMessage")}
}
