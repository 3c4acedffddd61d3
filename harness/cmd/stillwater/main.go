package main

import (
	"context"
	"os"

	"github.com/stillwater-streams/stillwater/harness/cli"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/scenarios"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Team{
		Project: scenarios.Project,
		Engine: func(ctx context.Context, _ string, progress func(string)) (engine.Engine, error) {
			return dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: progress})
		},
		Image: dynamodblocal.EnsureImage,
	}))
}
