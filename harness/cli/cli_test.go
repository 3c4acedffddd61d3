package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/cli"
	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/choose"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// The scripts run a command for a team of their own: a table of things, and a
// trigger that counts, panics or never ends, as the item it is given says.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stillwater": func() {
			os.Exit(cli.Main(os.Args[1:], cli.Team{Project: things, Engine: choose.Start, Image: image, Examine: choose.Examine}))
		},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			// What testcontainers and the sweep need of the real environment; CI is
			// set by the scripts that are about it.
			for _, name := range []string{"DOCKER_HOST", "XDG_RUNTIME_DIR"} {
				if value, ok := os.LookupEnv(name); ok {
					e.Setenv(name, value)
				}
			}
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("STILLWATER_ENGINE", choose.Memory) // but where scripts are about Docker
			e.Setenv("TERM", "xterm")
			return goEnvironment(e)
		},
		Condition: func(name string) (bool, error) {
			if name != "docker" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			skip, err := dynamodblocal.SkipTests(context.Background(), os.Getenv)
			return skip == "", err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
	})
}

// goEnvironment lets scripts call go: offline, with the caches of this user.
func goEnvironment(e *testscript.Env) error {
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOROOT").Output()
	if err != nil {
		return err
	}
	values := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, name := range []string{"GOCACHE", "GOMODCACHE", "GOROOT"} {
		e.Setenv(name, values[i])
	}
	checkout, err := filepath.Abs("../..")
	if err != nil {
		return err
	}
	e.Setenv("CHECKOUT", checkout)
	e.Setenv("GOPROXY", "off")
	e.Setenv("GOSUMDB", "off")
	e.Setenv("GOFLAGS", "-mod=mod -buildvcs=false")
	return nil
}

// exits runs a command and compares its exit code: exits 2 stillwater run.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if exit := (interface{ ExitCode() int })(nil); errors.As(err, &exit) {
		code = fmt.Sprint(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if code != args[0] {
		ts.Fatalf("%s: exit code %s, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

func container(ctx context.Context, progress func(string)) (engine.Engine, error) {
	return dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: progress})
}

// image readies the image, or does what IMAGE says: a defect, or the arrival of
// a signal when the command is in the middle of something.
func image(ctx context.Context, progress func(string)) (string, error) {
	signals := map[string]os.Signal{"SIGINT": os.Interrupt, "SIGTERM": syscall.SIGTERM}
	what := os.Getenv("IMAGE")
	if what == "panic" {
		panic("no image has such a name")
	}
	if signals[what] == nil {
		return dynamodblocal.EnsureImage(ctx, progress)
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return "", err
	}
	if err := self.Signal(signals[what]); err != nil {
		return "", err
	}
	<-ctx.Done()
	return "", fmt.Errorf("image: %w", ctx.Err())
}

// things is the project of the scripts.
func things(root string) (harness.Project, error) {
	tables, err := harness.LoadTables(filepath.Join(root, "fixtures", "tables"))
	if err != nil {
		return harness.Project{}, err
	}
	return harness.Project{
		Root: root, Tables: tables,
		Triggers: []harness.Trigger{{
			Mapping: mapping.Mapping{Trigger: "count", Table: "things", Enabled: true, BatchSize: 100, MaximumRetryAttempts: 1, RetryDefaulted: true, Timeout: time.Minute},
			New: func(e harness.Environment) (any, error) {
				return counter{dynamodb.NewFromConfig(e.AWS)}.handle, nil
			},
		}},
		Mutations: []harness.Mutation{harness.NewMutation("paint", "Gives a thing another kind.",
			func(ctx context.Context, w harness.Writer, a paintArgs) error {
				_, err := w.DB.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("things"), Item: map[string]types.AttributeValue{
					"id": &types.AttributeValueMemberS{Value: a.ID}, "kind": &types.AttributeValueMemberS{Value: string(a.Kind)},
				}})
				return err
			})},
		Views: []harness.View{{Name: "counts", Of: counts}},
	}, nil
}

type paintArgs struct {
	ID   string `yaml:"id"`
	Kind color  `yaml:"kind,omitempty"`
}

type color string

// Choices are the colors there are.
func (color) Choices() []string { return []string{"red", "blue"} }

type counter struct{ db *dynamodb.Client }

// handle counts the things of each kind in one item.
func (c counter) handle(ctx context.Context, e events.DynamoDBEvent) error {
	for _, r := range e.Records {
		kind, ok := r.Change.NewImage["kind"]
		if !ok {
			continue
		}
		if kind.String() == "poison" {
			panic("poison")
		}
		if err := c.add(ctx, kind.String()); err != nil {
			return err
		}
	}
	return nil
}

// add counts; the count of a thing whose kind is endless is of that kind too.
func (c counter) add(ctx context.Context, kind string) error {
	update := "ADD things :one"
	values := map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}}
	var names map[string]string
	if kind == "endless" {
		update += " SET #kind = :kind"
		values[":kind"] = &types.AttributeValueMemberS{Value: kind}
		names = map[string]string{"#kind": "kind"}
	}
	_, err := c.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String("things"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: "count " + kind}},
		UpdateExpression: aws.String(update), ExpressionAttributeValues: values, ExpressionAttributeNames: names,
	})
	return err
}

func counts(_ string, item map[string]types.AttributeValue) (string, types.AttributeValue, bool) {
	id := item["id"].(*types.AttributeValueMemberS).Value
	if id == "count unthinkable" {
		panic("a view met the unthinkable")
	}
	return strings.TrimPrefix(id, "count "), item["things"], strings.HasPrefix(id, "count ")
}
