package choose

import (
	"context"
	"fmt"
	"os"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// Variable is the environment variable that names an engine.
const Variable = "STILLWATER_ENGINE"

// Start starts the engine called which: "container", or "auto", which is the best
// there is. For "" [Variable] decides, and then "auto". progress, which may be nil,
// takes a line for what takes long.
func Start(ctx context.Context, which string, progress func(string)) (engine.Engine, error) {
	if which == "" {
		which = os.Getenv(Variable)
	}
	switch which {
	case "", "auto", "container":
	default:
		return nil, fmt.Errorf("engine %q: there is none: container or auto", which)
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: progress})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// ForTests starts the engine of a test. Where there is no Docker, and
// dynamodblocal.RequireVariable does not insist, it returns nil, and progress says
// why: the test is to be skipped.
func ForTests(ctx context.Context, progress func(string)) (engine.Engine, error) {
	skip, err := dynamodblocal.SkipTests(ctx, os.Getenv)
	if err != nil {
		return nil, err
	}
	if skip != "" {
		progress(skip)
		return nil, nil
	}
	return Start(ctx, "", progress)
}

// Image readies the image of the container engine and returns its name.
func Image(ctx context.Context, progress func(string)) (string, error) {
	return dynamodblocal.EnsureImage(ctx, progress)
}

// Examine looks at what the engines need of this computer, and changes nothing.
func Examine(ctx context.Context) []engine.Check { return dynamodblocal.Examine(ctx) }
