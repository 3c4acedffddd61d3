package choose

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// Variable is the environment variable that names an engine.
const Variable = "STILLWATER_ENGINE"

// The names of engines.
const (
	Auto      = "auto"      // the container where it can be had, else memory
	Container = "container" // DynamoDB Local in Docker
	Memory    = "memory"    // in this process
)

// ErrName is matched by the error of a name that is none, and of auto in CI: the
// caller's mistake, not the computer's.
var ErrName = errors.New("no such engine")

// Start starts the engine called which. For "" [Variable] decides, and then auto.
// progress, which may be nil, takes a line for what takes long, and the one in
// which auto says what it took.
func Start(ctx context.Context, which string, progress func(string)) (engine.Engine, error) {
	return starter{getenv: os.Getenv, progress: progress, container: container}.start(ctx, which)
}

// ForTests starts the engine of a test, as [Start] with "". Where that is the
// container and there is no Docker, and dynamodblocal.RequireVariable does not
// insist, it returns nil, and progress says why: the test is to be skipped.
func ForTests(ctx context.Context, progress func(string)) (engine.Engine, error) {
	if os.Getenv(Variable) != Container {
		return Start(ctx, "", progress)
	}
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

// starter is Start with what it takes from the computer.
type starter struct {
	getenv    func(string) string
	progress  func(string)
	container func(context.Context, func(string)) (engine.Engine, error)
}

func (s starter) start(ctx context.Context, which string) (engine.Engine, error) {
	if s.progress == nil {
		s.progress = func(string) {}
	}
	if which == "" {
		which = s.getenv(Variable)
	}
	switch which {
	case Container:
		return s.container(ctx, s.progress)
	case Memory:
		return inMemory(ctx)
	case "", Auto:
		return s.auto(ctx)
	}
	return nil, fmt.Errorf("engine %q: %w: name %s, %s or %s", which, ErrName, Auto, Container, Memory)
}

// auto takes the container if it starts. It tells what it took, and why.
func (s starter) auto(ctx context.Context) (engine.Engine, error) {
	if inCI(s.getenv) {
		return nil, fmt.Errorf("engine auto: %w where CI is set: an engine that is missing would go unseen: set %s to %s or %s", ErrName, Variable, Container, Memory)
	}
	e, err := s.container(ctx, s.progress)
	required, _ := strconv.ParseBool(s.getenv(dynamodblocal.RequireVariable))
	switch {
	case err == nil:
		s.progress("engine: container")
		return e, nil
	case required || ctx.Err() != nil || !errors.Is(err, dynamodblocal.ErrEnvironment):
		return nil, err
	}
	reason, _, _ := strings.Cut(err.Error(), "\n")
	s.progress("engine: memory, as no container can be had: " + reason)
	return inMemory(ctx)
}

// inCI is what snapshot.InCI says, which engines cannot import.
func inCI(getenv func(string) string) bool {
	value := getenv("CI")
	return value != "" && value != "0" && value != "false"
}

func container(ctx context.Context, progress func(string)) (engine.Engine, error) {
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: progress})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// inMemory starts the memory engine and tests it as every engine is tested. Its
// clock is the real one, as the container's is: to a live consumer records of
// another time would be too old.
func inMemory(ctx context.Context) (engine.Engine, error) {
	e := memory.New(memory.Options{Now: time.Now})
	a, err := e.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := e.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if err := engine.SelfTest(ctx, a.Config(nil), b.Config(nil)); err != nil {
		return nil, fmt.Errorf("engine memory: %w", err)
	}
	return e, nil
}

// Examine looks at what the engines need of this computer, and changes nothing.
func Examine(ctx context.Context) []engine.Check { return dynamodblocal.Examine(ctx) }
