package function

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/triggers/archive"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/webhook"
)

// The environment variables that say which tables are whose.
const (
	// TableVariable names the table whose stream the trigger gets.
	TableVariable = "TABLE"
	// ArchiveVariable names the archive.
	ArchiveVariable = "ARCHIVE_TABLE"
)

// Indicators builds triggers.indicators.Handle.
func Indicators(e Environment) (any, error) {
	table, err := e.setting(TableVariable)
	if err != nil {
		return nil, err
	}
	trigger := indicators.New(indicators.Options{DynamoDB: dynamodb.NewFromConfig(e.AWS), Table: table, Log: e.Log})
	return func(ctx context.Context, event events.DynamoDBEvent) error {
		tellOwnWrites(ctx, e.Log, event)
		return trigger.Handle(ctx, event)
	}, nil
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
