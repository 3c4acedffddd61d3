package recompute

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
)

// maxFailures is when a job gives up: so many findings fail for one reason only.
const maxFailures = 100

// DynamoDB is what the job needs of *dynamodb.Client to find findings.
type DynamoDB interface {
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

// Indicators is what computes: *indicators.Trigger.
type Indicators interface {
	Recompute(ctx context.Context, finding string) (writes int, err error)
	Drift(ctx context.Context, finding string) ([]indicators.Drift, error)
}

// Options is what a job is run with. DynamoDB, Table and Indicators are required.
type Options struct {
	DynamoDB    DynamoDB
	Table       string // integrates_vms
	Indicators  Indicators
	Checkpoints Checkpoints // where to resume; nil = always from the beginning
	// Job is the name of the checkpoints. What a trigger handed over needs one of its
	// own: the same findings, handed over again, have changed since, and an earlier
	// job that failed has no say in where this one begins. "" = that of the request,
	// so that running the same again resumes.
	Job      string
	Observe  func(Outcome) // takes each finding that is done; nil = nobody
	Log      *slog.Logger  // takes the progress, a line per page; nil = silent
	PageSize int32         // items per page, between two checkpoints; 0 = 500
}

// Outcome is what became of one finding.
type Outcome struct {
	Finding string
	Writes  int                // 0 = it was right, or it does not exist
	Drift   []indicators.Drift // with DryRun: what would be written
	Err     error
}

// Summary counts what a job did, over all its parts if it was resumed.
type Summary struct {
	Findings int      // that were looked at
	Changed  int      // of which were written, or with DryRun would be
	Failed   []string // ids
}

// Run does a request, from where an earlier run of the same request stopped. A
// finding that fails keeps no other from being computed; it is tried again when the
// request is run again, before anything else. The error names those that failed.
func Run(ctx context.Context, o Options, r Request) (Summary, error) {
	if err := r.check(); err != nil {
		return Summary{}, err
	}
	if o.DynamoDB == nil || o.Table == "" || o.Indicators == nil {
		return Summary{}, errors.New("recompute: no table to work on: set Options.DynamoDB, Options.Table and Options.Indicators")
	}
	j := job{Options: o, request: r}
	if j.Checkpoints == nil {
		j.Checkpoints = nowhere{}
	}
	if j.Log == nil {
		j.Log = slog.New(slog.DiscardHandler)
	}
	if j.Job == "" {
		j.Job = r.Name()
	}
	if j.PageSize == 0 {
		j.PageSize = 500
	}
	return j.run(ctx)
}

type job struct {
	Options
	request Request
	at      Checkpoint
}

func (j *job) run(ctx context.Context) (Summary, error) {
	var err error
	if j.at, err = j.Checkpoints.Load(ctx, j.Job); err != nil {
		return Summary{}, fmt.Errorf("recompute: where to resume: %w", err)
	}
	if again := j.at.Summary.Failed; len(again) > 0 {
		j.at.Summary.Failed = nil
		j.at.Summary.Findings -= len(again)
		if err := j.compute(ctx, again); err != nil {
			return j.at.Summary, err
		}
		if err := j.save(ctx); err != nil {
			return j.at.Summary, err
		}
	}
	for !j.at.Ended {
		if err := j.page(ctx); err != nil {
			return j.at.Summary, err
		}
	}
	if failed := j.at.Summary.Failed; len(failed) > 0 {
		return j.at.Summary, fmt.Errorf("recompute: %d of %d findings failed, run the same again to try them: %s", len(failed), j.at.Summary.Findings, strings.Join(failed, ", "))
	}
	return j.at.Summary, j.Checkpoints.Clear(ctx, j.Job)
}

// page computes the next page of findings and makes a checkpoint. A page that is
// broken off is begun again by the next run: to compute twice does no harm.
func (j *job) page(ctx context.Context) error {
	ids, next, err := j.next(ctx)
	if err != nil {
		return fmt.Errorf("recompute: find findings: %w", err)
	}
	before := j.at.Summary
	if err := j.compute(ctx, ids); err != nil {
		j.at.Summary = before
		return err
	}
	j.at.After, j.at.Ended = next, next == ""
	return j.save(ctx)
}

func (j *job) save(ctx context.Context) error {
	if err := j.Checkpoints.Save(ctx, j.Job, j.at); err != nil {
		return fmt.Errorf("recompute: checkpoint: %w", err)
	}
	s := j.at.Summary
	j.Log.LogAttrs(ctx, slog.LevelInfo, "recompute", slog.Int("findings", s.Findings), slog.Int("changed", s.Changed),
		slog.Int("failed", len(s.Failed)), slog.Bool("dry_run", j.request.DryRun), slog.Bool("ended", j.at.Ended))
	return nil
}

func (j *job) compute(ctx context.Context, ids []string) error {
	for _, id := range ids {
		o := j.one(ctx, id)
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("recompute: stopped at finding %s, run the same again to resume: %w", id, err)
		}
		if j.Observe != nil {
			j.Observe(o)
		}
		s := &j.at.Summary
		s.Findings++
		if o.Writes > 0 || len(o.Drift) > 0 {
			s.Changed++
		}
		if o.Err == nil {
			continue
		}
		j.Log.LogAttrs(ctx, slog.LevelError, "finding not recomputed", slog.String("finding", id), slog.Any("error", o.Err))
		s.Failed = append(s.Failed[:len(s.Failed):len(s.Failed)], id)
		if len(s.Failed) == maxFailures {
			return fmt.Errorf("recompute: given up: %d findings failed, the last one: %w", maxFailures, o.Err)
		}
	}
	return nil
}

func (j *job) one(ctx context.Context, id string) Outcome {
	o := Outcome{Finding: id}
	if j.request.DryRun {
		o.Drift, o.Err = j.Indicators.Drift(ctx, id)
	} else {
		o.Writes, o.Err = j.Indicators.Recompute(ctx, id)
	}
	return o
}
