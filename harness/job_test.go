package harness_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// inMemory is an engine for runs by either hand: the consumer itself looks at the age
// of records.
func inMemory(live bool) *databases {
	if live {
		return &databases{Engine: memory.New(memory.Options{Now: time.Now})}
	}
	return &databases{Engine: memory.New(memory.Options{})}
}

// handsOver is a trigger that submits a job for every batch that has an item whose id
// begins with "big". The job does what work says.
func handsOver(work func(ctx context.Context, e harness.Environment, db *dynamodb.Client) error) func(harness.Environment) (any, error) {
	return func(env harness.Environment) (any, error) {
		return func(ctx context.Context, e events.DynamoDBEvent) error {
			var big []string
			for _, r := range e.Records {
				if id := r.Change.Keys["id"].String(); strings.HasPrefix(id, "big") {
					big = append(big, id)
				}
			}
			if big == nil {
				return nil
			}
			_, err := env.Submit(ctx, harness.Job{Name: "work on " + strings.Join(big, " "), Run: func(ctx context.Context, e harness.Environment) error {
				return work(ctx, e, dynamodb.NewFromConfig(e.AWS))
			}})
			return err
		}, nil
	}
}

// writing is a job that writes two items, which cause records, and logs a line.
func writing(ctx context.Context, e harness.Environment, db *dynamodb.Client) error {
	for _, id := range []string{"made 1", "made 2"} {
		if err := putItem(ctx, db, id); err != nil {
			return err
		}
	}
	e.Log.Info("made both")
	return nil
}

// tale is the part of a trace that tells of jobs, and of what they cause.
func tale(r *harness.Result) string {
	var b strings.Builder
	for _, e := range r.Log.Events() {
		if e.ID.FromFixture() || slices.Contains([]trace.Kind{trace.SettleDone, trace.Observed, trace.Checkpoint}, e.Kind) {
			continue
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s %s %s %v %s %s", e.Kind, e.ID, e.Actor, e.Cause, strings.TrimSpace(e.Op+" "+e.Key), e.Note), " ") + "\n")
	}
	return b.String()
}

func TestAJobIsATaskOfItsOwn(t *testing.T) {
	h := start(t, project(t, mapping.Mapping{}, handsOver(writing)), inMemory(false), harness.Options{})
	r := run(t, h, scenarioOf("things/job", put("big")))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	want := `mutation.start m1 put big []
write.ack w1 scenario [m1] PutItem things big ok
record.seen r1  [w1] INSERT things big
mutation.ack m1  []  ok
batch.formed b1 echo [r1]
invoke.start i1 echo [b1]
job.submitted j1 echo [i1]  work on big
call  echo [i1] SubmitJob work on big ok
invoke.end i1 echo []  ok
job.start j1 echo []  work on big
write.ack w2 echo [j1] PutItem things made 1 ok
record.seen r2  [w2] INSERT things made 1
write.ack w3 echo [j1] PutItem things made 2 ok
record.seen r3  [w3] INSERT things made 2
handler.log  echo [j1]  INFO made both
job.end j1 echo []  ok
batch.formed b2 echo [r2 r3]
invoke.start i2 echo [b2]
invoke.end i2 echo []  ok
`
	if diff := cmp.Diff(want, tale(r)); diff != "" {
		t.Errorf("trace (-want +got):\n%s", diff)
	}
	if got, want := r.Cause(slices.Index(r.Sources, "things made 2"), "").String(), "← w3 ← j1 ← i1 ← r1 ← m1 things.yaml:4"; got != want {
		t.Errorf("the cause of what the job wrote is %q, want %q", got, want)
	}
}

// A verdict comes after all jobs and what they cause, by either hand.
func TestQuiescenceCountsJobs(t *testing.T) {
	for name, o := range map[string]harness.Options{
		"driver": {}, "seeded": {Seed: 7}, "cold": {ColdStarts: true}, "live": {Live: true},
	} {
		t.Run(name, func(t *testing.T) {
			nested := func(ctx context.Context, e harness.Environment, db *dynamodb.Client) error {
				if err := putItem(ctx, db, "made 1"); err != nil {
					return err
				}
				_, err := e.Submit(ctx, harness.Job{Name: "the rest", Run: func(ctx context.Context, e harness.Environment) error {
					return putItem(ctx, dynamodb.NewFromConfig(e.AWS), "made 2")
				}})
				return err
			}
			h := start(t, project(t, mapping.Mapping{}, handsOver(nested)), inMemory(o.Live), o)
			for range 20 {
				r := run(t, h, scenarioOf("things/quiet", put("big 1"), put("big 2")))
				if r.Err != nil {
					t.Fatal(r.Err)
				}
				has(t, r, "made 1", "made 2")
				if n := len(notesOf(r, trace.JobEnd)); n != 4 {
					t.Fatalf("%d jobs ended, want 4", n)
				}
			}
		})
	}
}

// Jobs and invocations of a seed overlap, in a way that can be repeated.
func TestJobsOverlapWithInvocations(t *testing.T) {
	twice := func(seed uint64) string {
		p := project(t, mapping.Mapping{BatchSize: 1}, handsOver(writing))
		h := start(t, p, inMemory(false), harness.Options{Seed: seed})
		defer h.Close()
		s := scenarioOf("things/seeded", backlog(put("big 1"), put("big 2"), put("c"), put("big 3")))
		first, second := run(t, h, s), run(t, h, s)
		if first.Err != nil || first.Log.Canonical() != second.Log.Canonical() {
			t.Errorf("seed %d: %v, or two runs of one seed differ", seed, first.Err)
		}
		return tale(first)
	}
	seen := map[string]bool{}
	for seed := range uint64(8) {
		seen[twice(seed+1)] = true
	}
	if len(seen) < 4 {
		t.Errorf("%d different runs of 8 seeds", len(seen))
	}
}

func TestAJobThatNeverEnds(t *testing.T) {
	for name, o := range map[string]harness.Options{
		"driver": {Watchdog: 200 * time.Millisecond}, "live": {Live: true, Watchdog: 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, project(t, mapping.Mapping{}, handsOver(func(ctx context.Context, _ harness.Environment, _ *dynamodb.Client) error {
				<-ctx.Done()
				return ctx.Err()
			})), inMemory(o.Live), o)
			r := run(t, h, scenarioOf("things/stuck", put("big")))
			if r.Outcome != harness.Unsettled || !strings.Contains(r.Err.Error(), "j1 of echo, a job, has not ended: work on big; ends when the job returns") {
				t.Errorf("%v: %v, want the job named", r.Outcome, r.Err)
			}
		})
	}
}

// Jobs that submit jobs without end are found out by the depth of their causes.
func TestJobsWithoutEnd(t *testing.T) {
	for name, live := range map[string]bool{"driver": false, "live": true} {
		t.Run(name, func(t *testing.T) {
			var again func(context.Context, harness.Environment) error
			again = func(ctx context.Context, e harness.Environment) error {
				_, err := e.Submit(ctx, harness.Job{Name: "again", Run: again})
				return err
			}
			h := start(t, project(t, mapping.Mapping{}, handsOver(func(ctx context.Context, e harness.Environment, _ *dynamodb.Client) error {
				return again(ctx, e)
			})), inMemory(live), harness.Options{Live: live})
			r := run(t, h, scenarioOf("things/endless", put("big")))
			if r.Outcome != harness.Unsettled || !strings.Contains(r.Err.Error(), "invocations deep") {
				t.Errorf("%v: %v", r.Outcome, r.Err)
			}
		})
	}
}

func TestAJobThatFailsIsShown(t *testing.T) {
	for name, test := range map[string]struct {
		err  string
		work func(context.Context, harness.Environment, *dynamodb.Client) error
	}{
		"an error": {"out of paper", func(context.Context, harness.Environment, *dynamodb.Client) error { return errors.New("out of paper") }},
		"a panic":  {"panic: on fire", func(context.Context, harness.Environment, *dynamodb.Client) error { panic("on fire") }},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, project(t, mapping.Mapping{}, handsOver(test.work)), inMemory(false), harness.Options{})
			r := run(t, h, scenarioOf("things/failed", put("big")))
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			if len(r.FailedJobs) != 1 || r.FailedJobs[0].Name != "work on big" || r.FailedJobs[0].Err.Error() != test.err {
				t.Errorf("failed jobs %+v", r.FailedJobs)
			}
			has(t, r, `failed_jobs "job 1"`, "work on big")
			section := slices.IndexFunc(r.Rendering.Lines, func(l snapshot.Line) bool { return strings.HasPrefix(l.Text, "failed_jobs") })
			if got, want := r.Cause(r.Rendering.Lines[section].Section, "").String(), "← j1 ← i1 ← r1 ← m1 things.yaml:4"; got != want {
				t.Errorf("its cause is %q, want %q", got, want)
			}
		})
	}
}

// A job that was accepted is done, whatever becomes of who submitted it.
func TestAJobOutlivesTheConsumer(t *testing.T) {
	c := &calls{}
	build := func(env harness.Environment) (any, error) {
		c.builds++
		return handsOver(writing)(env)
	}
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 2}, build)
	for name, step := range map[string]scenario.Step{
		"killed after":        does("kill", scenario.Kill{Trigger: "echo"}),
		"failed after writes": does("fail", scenario.Fail{Trigger: "echo", Times: 1, AfterWrites: true}),
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, start(t, p, inMemory(false), harness.Options{}), scenarioOf("things/outlives", step, put("big")))
			if r.Err != nil || len(notesOf(r, trace.JobEnd)) != 2 { // of the batch, and of the batch again
				t.Errorf("%v, jobs %v", r.Err, notesOf(r, trace.JobEnd))
			}
			has(t, r, "made 2")
		})
	}
}

// A hand-over is a call like any: it may fail, and then the batch comes again.
func TestASubmissionThatFails(t *testing.T) {
	p := project(t, mapping.Mapping{MaximumRetryAttempts: 2}, handsOver(writing))
	fault := does("fail_call", scenario.FailCall{Trigger: "echo", Operation: "SubmitJob", Error: "ClientException", Times: 1})
	r := run(t, start(t, p, inMemory(false), harness.Options{}), scenarioOf("things/refused", fault, put("big")))
	if r.Err != nil {
		t.Fatal(r.Err)
	}
	ends := notesOf(r, trace.InvokeEnd)
	if len(ends) != 3 || !strings.Contains(ends[0], "submit job work on big:") || ends[1] != "ok" {
		t.Errorf("invocations ended %q", ends)
	}
	has(t, r, "made 2")
}

func TestAJobWithoutWork(t *testing.T) {
	var got error
	p := project(t, mapping.Mapping{}, func(env harness.Environment) (any, error) {
		return func(ctx context.Context, _ events.DynamoDBEvent) {
			_, got = env.Submit(ctx, harness.Job{Name: "nothing"})
		}, nil
	})
	run(t, start(t, p, inMemory(false), harness.Options{}), scenarioOf("things/nothing", put("a")))
	if got == nil || !strings.Contains(got.Error(), "Name or Run is missing") {
		t.Errorf("error = %v", got)
	}
}
