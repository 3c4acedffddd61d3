package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/engine"
)

// Team is what a command is made of.
type Team struct {
	// Project reads the project in the folder root, which holds scenarios/,
	// snapshots/ and fixtures/.
	Project func(root string) (harness.Project, error)
	// Engine starts an engine: "auto", "container" or "memory", as the user said;
	// "" where nobody did. progress takes a line for what takes long.
	Engine func(ctx context.Context, which string, progress func(string)) (engine.Engine, error)
	// Image readies the image that Engine needs and returns its name.
	Image func(ctx context.Context, progress func(string)) (string, error)
	// Examine looks at what the engines need of this computer.
	Examine func(ctx context.Context) []engine.Check
}

// The exit codes.
const (
	exitPassed      = 0
	exitDiffers     = 1
	exitUsage       = 2
	exitNotSettled  = 3
	exitEnvironment = 4
	exitDefect      = 70 // EX_SOFTWARE of sysexits.h; those of signals: see stopped
)

// commands is the command line; kong reads the tags.
type commands struct {
	Run     runCommand     `cmd:"" help:"Run scenarios and compare their snapshots."`
	Review  reviewCommand  `cmd:"" help:"Review what runs proposed as snapshots: accept, reject, or later."`
	Pending pendingCommand `cmd:"" help:"List what runs proposed as snapshots, with causes."`
	Accept  acceptCommand  `cmd:"" help:"Make pending results the snapshots of scenarios."`
	Reject  rejectCommand  `cmd:"" help:"Drop pending results; the snapshots stay as they are."`
	Why     whyCommand     `cmd:"" help:"Explain a value of a snapshot: which write of which step it comes from, or why it was not written."`
	List    listCommand    `cmd:"" help:"List scenarios with their titles."`
	Check   checkCommand   `cmd:"" help:"Check every scenario and fixture file, without an engine."`
	Fmt     fmtCommand     `cmd:"" help:"Lay scenario and fixture files out as all of them are; comments stay."`
	Schema  schemaCommand  `cmd:"" help:"Print the JSON Schema of scenario files, for editors."`
	Import  importCommand  `cmd:"" help:"Make a fixture and a scenario of the Lambda event of an incident."`
	Up      upCommand      `cmd:"" help:"Run a local database with the project's tables, a fixture and the triggers, until stopped."`
	Serve   serveCommand   `cmd:"" help:"Answer the DynamoDB and Streams API from memory, for other programs, until stopped."`
	Consume consumeCommand `cmd:"" help:"Run the triggers against a live table of DynamoDB Local, for local development; consume run --help lists the flags."`
	Doctor  doctorCommand  `cmd:"" help:"Look at Docker, the image, ports, disk and leftovers, and say what to do."`
	Init    initCommand    `cmd:"" help:"Write a small project: table, trigger, mutation, fixture, scenario, test and command."`
	Image   imageCommand   `cmd:"" help:"Make sure that the DynamoDB Local image is there: local, pulled, or built."`
	Help    helpCommand    `cmd:"" help:"Explain a topic, or one of the project's mutations; without one, list them."`
}

// commandNames are the words that a command line may begin with.
func commandNames() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[commands]()) {
		names = append(names, strings.ToLower(field.Name))
	}
	return names
}

// environment is what the commands share.
type environment struct {
	ctx    context.Context
	team   Team
	out    io.Writer
	err    io.Writer
	getenv func(string) string
}

// usage marks an error that is the user's to correct in the call or in a file.
type usage struct{ error }

func (u usage) Unwrap() error { return u.error }

// Main runs the command line args and returns the exit code. Interrupts end the
// run and clean up.
func Main(args []string, team Team) int {
	ctx, release := untilSignal(context.Background())
	defer release()
	return run(args, &environment{ctx: ctx, team: team, out: os.Stdout, err: os.Stderr, getenv: os.Getenv})
}

func run(args []string, env *environment) int {
	parsed := &commands{}
	exit := -1
	parser, err := kong.New(parsed,
		kong.Name("stillwater"),
		kong.Description("Snapshot tests for DynamoDB Streams triggers.\n\nExit codes: 0 passed, 1 differs, 2 usage, 3 not settled, 4 environment, 70 defect of stillwater."),
		kong.Writers(env.out, env.err),
		kong.Exit(func(n int) { exit = n }),
	)
	if err != nil {
		panic(fmt.Sprintf("cli: the command line is not well-formed: %v", err)) // of this program, not of its user
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintf(env.err, "stillwater: %v\nstillwater --help lists commands and flags\n", err)
		return exitUsage
	}
	outcome := exitPassed
	err = guarded(command.Command(), func() error { return command.Run(env, &outcome) })
	var signal stopped
	if errors.As(context.Cause(env.ctx), &signal) && (err == nil || errors.Is(err, context.Canceled)) {
		fmt.Fprintf(env.err, "stillwater: %v\n", signal)
		return signal.code()
	}
	if err != nil {
		fmt.Fprintf(env.err, "stillwater: %v\n", err)
		return codeOf(err)
	}
	return outcome
}

// codeOf is the exit code of an error.
func codeOf(err error) int {
	switch {
	case errors.As(err, new(defect)):
		return exitDefect
	case mistakes(err), errors.As(err, new(usage)):
		return exitUsage
	}
	return exitEnvironment
}

func (env *environment) progress(line string) { fmt.Fprintln(env.err, line) }
