package deploy

// Names of the job recompute, as whoever submits it says them.
const (
	JobQueue      = "integrates_streams"
	JobDefinition = "integrates_streams_recompute"
)

// jobARNs are what one needs to be allowed to submit the job: its queue, and its
// definition in every revision.
func jobARNs() []any {
	const definition = "arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job-definition/" + JobDefinition
	return []any{ref("JobQueue"), sub(definition), sub(definition + ":*")}
}

// addTables adds the tables that are the triggers' own. The one they listen to is the
// application's.
func (t *template) addTables() {
	keys := func(names ...string) (definitions, schema []any) {
		for i, name := range names {
			definitions = append(definitions, object{"AttributeName": name, "AttributeType": "S"})
			schema = append(schema, object{"AttributeName": name, "KeyType": []string{"HASH", "RANGE"}[i]})
		}
		return definitions, schema
	}
	for logical, table := range map[string]struct {
		name string
		keys []string
	}{
		"ArchiveTable": {"integrates_archive", []string{"pk", "sk"}},
		"JobsTable":    {"integrates_jobs", []string{"job"}},
	} {
		definitions, schema := keys(table.keys...)
		t.resources[logical] = object{
			"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
			"Properties": object{
				"TableName": table.name, "BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": true,
				"PointInTimeRecoverySpecification": object{"PointInTimeRecoveryEnabled": true},
				"AttributeDefinitions":             definitions, "KeySchema": schema,
			},
		}
	}
}

// addJob adds what runs the command recompute in AWS Batch, on Fargate.
func (t *template) addJob(triggers []trigger) {
	table := triggers[0].Table
	for _, trigger := range triggers {
		if trigger.name == "indicators" {
			table = trigger.Table
		}
	}
	t.resources["JobLogGroup"] = object{
		"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
		"Properties": object{"LogGroupName": "/aws/lambda/" + JobDefinition, "RetentionInDays": t.RetentionDays},
	}
	t.resources["JobComputeEnvironment"] = object{"Type": "AWS::Batch::ComputeEnvironment", "Properties": object{
		"Type": "MANAGED", "State": "ENABLED",
		"ComputeResources": object{"Type": "FARGATE", "MaxvCpus": 4, "Subnets": ref("JobSubnets"), "SecurityGroupIds": ref("JobSecurityGroups")},
	}}
	t.resources["JobQueue"] = object{"Type": "AWS::Batch::JobQueue", "Properties": object{
		"JobQueueName": JobQueue, "Priority": 1, "State": "ENABLED",
		"ComputeEnvironmentOrder": []any{object{"Order": 1, "ComputeEnvironment": ref("JobComputeEnvironment")}},
	}}
	t.resources["JobRole"] = taskRole(object{"PolicyName": "recompute", "PolicyDocument": object{"Version": "2012-10-17", "Statement": []any{
		allow(itemARNs(table), "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem"),
		allow([]any{attribute("JobsTable", "Arn")}, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
	}}}, nil)
	t.resources["JobExecutionRole"] = taskRole(nil, []any{sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy")})
	var environment []any
	for _, name := range []string{"STAGE", "BUGSNAG_API_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"} {
		environment = append(environment, object{"Name": name, "Value": t.variables(nil)[name]})
	}
	t.resources["JobDefinition"] = object{"Type": "AWS::Batch::JobDefinition", "Properties": object{
		"JobDefinitionName": JobDefinition, "Type": "container", "PlatformCapabilities": []string{"FARGATE"},
		// A job that is run again resumes.
		"RetryStrategy": object{"Attempts": 3},
		"Timeout":       object{"AttemptDurationSeconds": 6 * 60 * 60},
		"ContainerProperties": object{
			"Image": ref("JobImage"), "Command": []string{"--all", "--dry-run"},
			"JobRoleArn": attribute("JobRole", "Arn"), "ExecutionRoleArn": attribute("JobExecutionRole", "Arn"),
			"ResourceRequirements": []any{object{"Type": "VCPU", "Value": "1"}, object{"Type": "MEMORY", "Value": "2048"}},
			"RuntimePlatform":      object{"OperatingSystemFamily": "LINUX", "CpuArchitecture": map[string]string{"amd64": "X86_64", "arm64": "ARM64"}[t.Architecture]},
			"Environment":          append(environment, object{"Name": "TABLE", "Value": table}, object{"Name": "JOBS_TABLE", "Value": ref("JobsTable")}),
			"LogConfiguration": object{"LogDriver": "awslogs", "Options": object{
				"awslogs-group": ref("JobLogGroup"), "awslogs-region": ref("AWS::Region"), "awslogs-stream-prefix": "job"}},
		},
	}}
}

// taskRole is a role that a container takes on.
func taskRole(policy object, managed []any) object {
	properties := object{"AssumeRolePolicyDocument": object{"Version": "2012-10-17", "Statement": []any{
		object{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": object{"Service": "ecs-tasks.amazonaws.com"}}}}}
	if policy != nil {
		properties["Policies"] = []any{policy}
	}
	if managed != nil {
		properties["ManagedPolicyArns"] = managed
	}
	return object{"Type": "AWS::IAM::Role", "Properties": properties}
}
