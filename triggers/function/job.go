package function

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/triggers/indicators"
	"github.com/stillwater-streams/stillwater/triggers/observability"
	"github.com/stillwater-streams/stillwater/triggers/recompute"
)

// JobsVariable names the table of checkpoints; without it a job that was stopped
// begins anew.
const JobsVariable = "JOBS_TABLE"

// batchVariable is the id of a job, the same in all of its attempts: AWS Batch sets it.
const batchVariable = "AWS_BATCH_JOB_ID"

// MainJob is the command recompute: as a job of AWS Batch, or by hand. Call it from
// main. It ends the process with 0 when all is right, 1 when something failed, 2 when
// the arguments are wrong. A signal stops it after the finding at hand.
func MainJob() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code := RunJob(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// RunJob does what [MainJob] does, but for ending the process. out takes a line per
// finding that was changed or, in a dry run, per indicator that drifted; log takes
// the rest.
func RunJob(ctx context.Context, arguments []string, getenv func(string) string, out, log io.Writer) (code int) {
	request, err := recompute.ParseArguments(arguments, log)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(log, err)
		return 2
	}
	options, err := observability.FromEnvironment(getenv)
	options.Trigger, options.Log = "recompute", log
	telemetry, startErr := observability.Start(context.WithoutCancel(ctx), options)
	if err = errors.Join(err, startErr); err == nil {
		err = runJob(ctx, request, getenv, telemetry, out)
	}
	if err != nil {
		telemetry.Report(ctx, err)
		code = 1
	}
	telemetry.Close(context.WithoutCancel(ctx))
	return code
}

func runJob(ctx context.Context, request recompute.Request, getenv func(string) string, telemetry *observability.Telemetry, out io.Writer) error {
	e := Environment{Getenv: getenv}
	table, err := e.setting(TableVariable)
	if err != nil {
		return err
	}
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return fmt.Errorf("recompute: settings of AWS: %w", err)
	}
	aws.APIOptions = append(aws.APIOptions, telemetry.TraceCalls)
	db := dynamodb.NewFromConfig(aws)
	options := recompute.Options{
		DynamoDB: db, Table: table, Log: telemetry.Log,
		Indicators: indicators.New(indicators.Options{DynamoDB: db, Table: table, Log: telemetry.Log}),
		Observe:    func(o recompute.Outcome) { show(out, o) },
	}
	if jobs := getenv(JobsVariable); jobs != "" {
		options.Checkpoints = recompute.Items{DynamoDB: db, Table: jobs}
	}
	if len(request.Findings) > 0 {
		options.Job = getenv(batchVariable) // handed over by a trigger: only an attempt of the same job resumes
	}
	summary, err := recompute.Run(ctx, options, request)
	fmt.Fprintf(out, "%d findings, %d changed, %d failed\n", summary.Findings, summary.Changed, len(summary.Failed))
	return err
}

// show writes what became of a finding, unless it was right.
func show(out io.Writer, o recompute.Outcome) {
	switch {
	case o.Err != nil:
		fmt.Fprintf(out, "%s: failed: %v\n", o.Finding, o.Err)
	case o.Writes > 0:
		fmt.Fprintf(out, "%s: changed\n", o.Finding)
	}
	for _, d := range o.Drift {
		fmt.Fprintf(out, "%s: %s: stored %s, computed %s\n", o.Finding, d.Indicator, text(d.Stored), text(d.Computed))
	}
}

// text is the value of an indicator for people.
func text(v types.AttributeValue) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberM:
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			pairs = append(pairs, name+" "+text(v.Value[name]))
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	}
	return fmt.Sprintf("%T", v)
}
