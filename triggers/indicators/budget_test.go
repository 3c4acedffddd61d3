package indicators_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/model"
	"github.com/stillwater-streams/stillwater/triggers/triggertest"
)

// slow is a database that takes a second for every query: a finding that is computed
// and verified takes three, one that is right two.
type slow struct{ *triggertest.Database }

func (s slow) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	passed := time.NewTimer(time.Second)
	defer passed.Stop()
	select {
	case <-passed.C:
		return s.Database.Query(ctx, in, options...)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// accepting is a job that takes what it is given, or does not.
type accepting struct {
	requests [][]string
	err      error
	left     time.Duration // of the invocation, when it was asked
}

func (j *accepting) Submit(ctx context.Context, findings []string) (string, error) {
	j.requests = append(j.requests, findings)
	deadline, _ := ctx.Deadline()
	j.left = time.Until(deadline)
	return "job-1", j.err
}

func TestWhatDoesNotFitTheTimeIsHandedOver(t *testing.T) {
	for _, test := range []struct {
		name             string
		timeout, reserve time.Duration // 0 = none, the default
		noJob            bool
		refused          error
		computed         []string
		handedOver       []string
		err              string // a part of it; "" = the batch succeeds
	}{
		{name: "there is time for all", timeout: 60 * time.Second, computed: []string{"f2", "f3", "f4"}},
		{name: "there is just time for all", timeout: 9*time.Second + time.Millisecond, reserve: time.Millisecond / 2, computed: []string{"f2", "f3", "f4"}},
		{name: "an invocation without a deadline", computed: []string{"f2", "f3", "f4"}},
		{name: "time for one", timeout: 13*time.Second + time.Millisecond, computed: []string{"f2"}, handedOver: []string{"f3", "f4"}},
		{name: "the time ends within one", timeout: 5 * time.Second, reserve: 500 * time.Millisecond, computed: []string{"f2"}, handedOver: []string{"f3", "f4"}},
		{name: "the time ends within the last", timeout: 8 * time.Second, reserve: time.Second / 2, computed: []string{"f2", "f3"}, handedOver: []string{"f4"}},
		{name: "the reserve is more than there is", timeout: time.Second, handedOver: []string{"f2", "f3", "f4"}},
		{name: "the job takes nothing", timeout: 5 * time.Second, reserve: time.Second, refused: errors.New("no such queue"),
			computed: []string{"f2"}, handedOver: []string{"f3", "f4"}, err: "indicators: hand over 2 of 3 findings: no such queue"},
		{name: "there is no job", timeout: 4500 * time.Millisecond, reserve: time.Second, noJob: true,
			computed: []string{"f2"}, err: "indicators: 2 of 3 findings not computed: context deadline exceeded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := start(t)
				for _, id := range []string{"f2", "f3", "f4"} {
					w.finding(id)
				}
				job := &accepting{err: test.refused}
				o := indicators.Options{DynamoDB: slow{w.Database}, Table: triggertest.Table, Job: job, Reserve: test.reserve}
				if test.noJob {
					o.Job = nil
				}
				ctx, cancel := context.WithCancel(context.Background())
				if test.timeout > 0 {
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
				}
				defer cancel()
				err := indicators.New(o).Handle(ctx, event(t, w.Take()...))
				if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
					t.Errorf("error = %v, want %q", err, test.err)
				}
				if diff := cmp.Diff(test.computed, w.computed("f2", "f3", "f4")); diff != "" {
					t.Errorf("computed (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.handedOver, slices.Concat(job.requests...)); diff != "" || len(job.requests) > 1 {
					t.Errorf("handed over in %d requests (-want +got):\n%s", len(job.requests), diff)
				}
				if len(job.requests) > 0 && test.reserve > 0 && job.left != test.reserve {
					t.Errorf("%v of the invocation were left for the job, want the reserve of %v", job.left, test.reserve)
				}
			})
		})
	}
}

// computed are those of some findings that have indicators.
func (w world) computed(ids ...string) (list []string) {
	for _, id := range ids {
		if w.Item(model.Key{PK: "FIN#" + id, SK: "GROUP#g1"})["unreliable_indicators"] != nil {
			list = append(list, id)
		}
	}
	return list
}

// An error that has nothing to do with time is none of the job's business, and keeps
// nothing from it.
func TestOtherErrorsAreNotHandedOver(t *testing.T) {
	w := start(t)
	w.finding("f2")
	job := &accepting{}
	w.refuse("UpdateItem", errors.New("throttled"))
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	trigger := indicators.New(indicators.Options{DynamoDB: w.Database, Table: triggertest.Table, Job: job})
	if err := trigger.Handle(ctx, event(t, w.Take()...)); err == nil || !strings.Contains(err.Error(), "finding f2: write: throttled") || job.requests != nil {
		t.Errorf("error = %v, handed over %v", err, job.requests)
	}
}
