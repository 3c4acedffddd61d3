package scenarios

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
)

// job runs recompute where AWS Batch would: as a job of the harness.
type job struct {
	submit func(context.Context, harness.Job) (string, error)
	table  string
}

// Submit implements [recompute.Job].
func (j job) Submit(ctx context.Context, r recompute.Request) (string, error) {
	name := "recompute " + strings.Join(r.Arguments(), " ")
	return j.submit(ctx, harness.Job{Name: name, Run: func(ctx context.Context, e harness.Environment) error {
		db := dynamodb.NewFromConfig(e.AWS)
		_, err := recompute.Run(ctx, recompute.Options{
			DynamoDB: db, Table: j.table, Log: e.Log,
			Indicators: indicators.New(indicators.Options{DynamoDB: db, Table: j.table, Now: e.Now, Log: e.Log}),
		}, r)
		return err
	}})
}
