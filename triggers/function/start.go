package function

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/stillwater-streams/stillwater/triggers/observability"
)

// Environment is what a trigger is built from.
type Environment struct {
	AWS    aws.Config
	Getenv func(string) string
	HTTP   *http.Client // for endpoints outside AWS
	Log    *slog.Logger
	Report func(context.Context, error)               // for errors that do not fail the invocation
	Wait   func(context.Context, time.Duration) error // passes time
}

// Build makes the handler of a trigger: of any signature that lambda.Start takes.
type Build func(Environment) (handler any, err error)

// Main serves one trigger until Lambda ends the process. Call it from main. What
// keeps it from starting is reported, told to Lambda and logged; the process then
// ends with 1.
func Main(trigger string, build Build) {
	ctx := context.Background()
	handler, telemetry, err := Start(ctx, trigger, build, os.Getenv, os.Stderr)
	if err != nil {
		telemetry.StartFailed(ctx, err)
		fmt.Fprintln(os.Stderr, err)
		if err := tellInitError(ctx, os.Getenv, err); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	lambda.StartWithOptions(handler, lambda.WithContext(ctx))
}

// Start makes the handler that [Main] serves, and its telemetry, which is there to
// report the error if there is one. log takes the log, as lines of JSON.
func Start(ctx context.Context, trigger string, build Build, getenv func(string) string, log io.Writer) (lambda.Handler, *observability.Telemetry, error) {
	options, settingsErr := observability.FromEnvironment(getenv)
	options.Trigger, options.Log = trigger, log
	telemetry, err := observability.Start(ctx, options)
	if settingsErr != nil {
		err = settingsErr
	}
	if err != nil {
		return nil, telemetry, fmt.Errorf("start %s: %w", trigger, err)
	}
	handler, err := start(ctx, build, getenv, telemetry)
	if err != nil {
		return nil, telemetry, fmt.Errorf("start %s: %w", trigger, err)
	}
	return telemetry.Handler(lambda.NewHandler(handler)), telemetry, nil
}

func start(ctx context.Context, build Build, getenv func(string) string, telemetry *observability.Telemetry) (handler any, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("panic: %v\n%s", value, debug.Stack())
		}
	}()
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("settings of AWS: %w", err)
	}
	aws.APIOptions = append(aws.APIOptions, telemetry.TraceCalls)
	return build(Environment{
		AWS: aws, Getenv: getenv, HTTP: &http.Client{}, Log: telemetry.Log, Report: telemetry.Report, Wait: wait,
	})
}

// wait returns after a time, or with the error of ctx when that ends first.
func wait(ctx context.Context, d time.Duration) error {
	passed, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-passed.Done()
	return ctx.Err()
}

// setting is an environment variable that a function cannot be without.
func (e Environment) setting(name string) (string, error) {
	value := e.Getenv(name)
	if value == "" {
		return "", fmt.Errorf("environment variable %s is not set: the template of triggers/deploy sets it", name)
	}
	return value, nil
}
