package function

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/triggers/archive"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
	"github.com/stillwater-streams/stillwater/triggers/webhook"
)

// The environment variables that say which tables are whose.
const (
	// TableVariable names the table whose stream the trigger gets.
	TableVariable = "TABLE"
	// ArchiveVariable names the archive.
	ArchiveVariable = "ARCHIVE_TABLE"
	// JobQueueVariable and JobDefinitionVariable name the queue and the definition of
	// AWS Batch for what does not fit the time of an invocation; without both of them
	// that is an error of the invocation.
	JobQueueVariable      = "JOB_QUEUE"
	JobDefinitionVariable = "JOB_DEFINITION"
)

// Indicators builds triggers.indicators.Handle.
func Indicators(e Environment) (any, error) {
	table, err := e.setting(TableVariable)
	if err != nil {
		return nil, err
	}
	job, err := e.job()
	if err != nil {
		return nil, err
	}
	trigger := indicators.New(indicators.Options{DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: table, Log: e.Log, Job: job})
	return func(ctx context.Context, event events.DynamoDBEvent) error {
		tellOwnWrites(ctx, e.Log, event)
		return trigger.Handle(ctx, event)
	}, nil
}

// job takes what does not fit the time of an invocation; nil if none is configured.
func (e Environment) job() (indicators.Job, error) {
	queue, definition := e.Getenv(JobQueueVariable), e.Getenv(JobDefinitionVariable)
	switch {
	case queue == "" && definition == "":
		return nil, nil
	case queue == "" || definition == "":
		return nil, fmt.Errorf("environment variables %s and %s: one of them is not set: set both or none", JobQueueVariable, JobDefinitionVariable)
	}
	return recompute.ByName(recompute.Batch{API: batch.NewFromConfig(e.AWS), Queue: queue, Definition: definition}), nil
}

// Archive builds triggers.archive.Handle.
func Archive(e Environment) (any, error) {
	table, err := e.setting(ArchiveVariable)
	if err != nil {
		return nil, err
	}
	return archive.New(archive.Options{DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: table, Log: e.Log, Report: e.Report}).Handle, nil
}

// Webhook builds triggers.webhook.Handle.
func Webhook(e Environment) (any, error) {
	table, err := e.setting(TableVariable)
	if err != nil {
		return nil, err
	}
	return webhook.New(webhook.Options{
		DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: table, HTTP: e.HTTP, Wait: e.Wait, Log: e.Log, Report: e.Report,
	}).Handle, nil
}
