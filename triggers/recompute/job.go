package recompute

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
)

// Job takes long work from whoever has too little time for it.
type Job interface {
	// Submit hands a request over and returns an id to follow it by. It returns when
	// the work is accepted, not when it is done.
	Submit(ctx context.Context, r Request) (id string, err error)
}

var (
	_ Job = Batch{}
	_ Job = (*InProcess)(nil)
)

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

// Submit implements [Job]. Two jobs of one request may run at once: they write the
// same.
func (b Batch) Submit(ctx context.Context, r Request) (string, error) {
	if err := r.check(); err != nil {
		return "", err
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

// InProcess runs work in goroutines of this process: locally, and in a harness, for
// which [InProcess.Open] tells what is not done. Whoever made it calls
// [InProcess.Wait] before leaving. Set Run before the first Submit.
type InProcess struct {
	Run func(context.Context, Request) error
	// Timeout bounds each job; 0 = 15 minutes.
	Timeout time.Duration

	mu      sync.Mutex
	running sync.WaitGroup
	open    map[string]Request
	last    int
	errs    []error
}

// Submit implements [Job]. The job outlives ctx, as one of AWS Batch does, and keeps
// its values and the labels of the goroutine: a harness knows whose it is.
func (p *InProcess) Submit(ctx context.Context, r Request) (string, error) {
	if err := r.check(); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	id := fmt.Sprintf("job-%d", p.last)
	if p.open == nil {
		p.open = map[string]Request{}
	}
	p.open[id] = r
	timeout := p.Timeout
	if timeout == 0 {
		timeout = 15 * time.Minute
	}
	ctx = context.WithoutCancel(ctx)
	p.running.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		err := p.Run(ctx, r)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.open, id)
		if err != nil {
			p.errs = append(p.errs, fmt.Errorf("%s: %w", id, err))
		}
	})
	return id, nil
}

// Open lists the jobs that are not done.
func (p *InProcess) Open() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.open))
}

// Wait returns when no job is left, with the errors of all that failed.
func (p *InProcess) Wait() error {
	p.running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.errs...)
}
