package harness

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// Seed creates the project's tables and writes a fixture into them, nil for none, as
// a run does, but in a database that somebody goes on using. now is what seeds take
// for the time. A [StepError] names the entry that could not be written.
func (p Project) Seed(ctx context.Context, config aws.Config, fixture *scenario.Fixture, now time.Time) error {
	db := dynamodb.NewFromConfig(config)
	if _, err := createTables(ctx, db, p.Tables); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if fixture == nil {
		return nil
	}
	verbs := p.verbs()
	for _, s := range fixture.Steps {
		var err error
		if m, named := verbs[s.Verb]; named {
			err = m.Run(ctx, Writer{DB: db, Now: now, Table: p.mainTable()}, s.Args)
		} else {
			err = rawWrites(ctx, db, s)
		}
		if err != nil {
			return fmt.Errorf("seed: %w", &StepError{Step: s, Err: err})
		}
	}
	return nil
}
