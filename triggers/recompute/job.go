package recompute

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
)

// Job takes long work from whoever has too little time for it.
type Job interface {
	// Submit hands a request over and returns an id to follow it by. It returns when
	// the work is accepted, not when it is done.
	Submit(ctx context.Context, r Request) (id string, err error)
}

// ByName is the job as the trigger asks for it: by the ids of findings.
func ByName(j Job) indicators.Job { return byName{j} }

type byName struct{ job Job }

// Submit implements [indicators.Job].
func (b byName) Submit(ctx context.Context, findings []string) (string, error) {
	return b.job.Submit(ctx, Request{Findings: findings})
}

var _ Job = Batch{}

// BatchAPI is what [Batch] needs of *batch.Client.
type BatchAPI interface {
	SubmitJob(context.Context, *batch.SubmitJobInput, ...func(*batch.Options)) (*batch.SubmitJobOutput, error)
}

// Batch hands work to AWS Batch: the command recompute in a container, with the
// arguments of the request.
type Batch struct {
	API        BatchAPI
	Queue      string // name or ARN of the job queue
	Definition string // name or ARN of the job definition
}

// maxOverrides is how many characters of overrides ECS takes, which starts the
// containers of Batch. Batch itself accepts more, and then the job fails.
const maxOverrides = 8192

// Submit implements [Job]. Two jobs of one request may run at once: they write the
// same. A request may name some 170 findings by UUID.
func (b Batch) Submit(ctx context.Context, r Request) (string, error) {
	if err := r.check(); err != nil {
		return "", err
	}
	if n := overrides(r); n > maxOverrides {
		return "", fmt.Errorf("recompute: %d findings make %d characters of overrides, and a job takes %d: lower the batch_size of the trigger, or recompute a group", len(r.Findings), n, maxOverrides)
	}
	out, err := b.API.SubmitJob(ctx, &batch.SubmitJobInput{
		JobName: aws.String(r.Name()), JobQueue: &b.Queue, JobDefinition: &b.Definition,
		ContainerOverrides: &types.ContainerOverrides{Command: r.Arguments()},
	})
	if err != nil {
		return "", fmt.Errorf("recompute: submit to queue %s: %w", b.Queue, err)
	}
	return aws.ToString(out.JobId), nil
}

// overrides is how many characters the overrides of a request have, as JSON.
func overrides(r Request) int {
	n := len(`{"command":[]}`)
	for _, argument := range r.Arguments() {
		n += len(argument) + len(`"",`)
	}
	return n
}
