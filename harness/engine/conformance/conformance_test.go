package conformance_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/conformance"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/serve"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

func cases(t testing.TB) []conformance.Case {
	t.Helper()
	all, err := conformance.Cases()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The suite is counted by distinct pairs of operation and feature, and listed.
func TestList(t *testing.T) {
	const least = 400
	var lines []string
	alone := 0
	for _, c := range cases(t) {
		line := c.String()
		switch {
		case c.MemoryOnly != "":
			line += " (memory only)"
			alone++
		case c.Differs():
			line += " (DynamoDB Local differs)"
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	if distinct := slices.Compact(slices.Clone(lines)); len(distinct) != len(lines) || len(lines)-alone < least {
		t.Errorf("%d cases, %d of them distinct: want at least %d for all engines and none twice", len(lines), len(distinct), least)
	}
	golden.File(t, "testdata/list.txt",
		fmt.Sprintf("%d cases, %d of them for the memory engine only\n\n%s\n", len(lines), alone, strings.Join(lines, "\n")))
}

// A difference says how it is known. A case for the memory engine only tells
// nothing of DynamoDB Local.
func TestDifferencesHaveASource(t *testing.T) {
	for _, c := range cases(t) {
		for _, s := range c.Steps {
			if c.MemoryOnly != "" && s.Local != "" || (s.Local == "") != (s.Because == "") || s.Local != "" && s.Local == s.Want {
				t.Errorf("cases/%s.txt:%d: a difference has an answer of its own after local: and a source after because:", c.File, s.Line)
			}
		}
	}
}

// TestOnDynamoDBLocal: what the cases expect of DynamoDB Local it answers.
func TestOnDynamoDBLocal(t *testing.T) {
	if testing.Short() {
		t.Skip("the cases of TestOnMemory and TestOnMemoryOverHTTP, on a container")
	}
	run(t, startLocal(t), conformance.Options{DynamoDBLocal: true})
}

// TestOnMemory: the memory engine answers as the service does.
func TestOnMemory(t *testing.T) {
	e := memory.New(memory.Options{})
	closeWith(t, e)
	run(t, e, conformance.Options{})
}

// TestOnMemoryOverHTTP: so it does to clients elsewhere.
func TestOnMemoryOverHTTP(t *testing.T) {
	run(t, startHTTP(t), conformance.Options{})
}

// overHTTP is a server of the memory engine as an engine: each database is one
// access key.
type overHTTP struct {
	server *serve.Server
	opened atomic.Int64
}

func startHTTP(t testing.TB) *overHTTP {
	t.Helper()
	s, err := serve.Listen(t.Context(), serve.Options{Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &overHTTP{server: s}
}

func (*overHTTP) Name() string { return "memory over HTTP" }

func (e *overHTTP) Open(context.Context) (*engine.Database, error) {
	const region = "us-east-1"
	key := fmt.Sprintf("KEY%d", e.opened.Add(1))
	db := engine.NewDatabase(e.server.URL(), region, key, nil)
	db.AnswerBy(func(*aws.Config) {}, e.server.Database(key, region)) // by requests, but with controls
	return db, nil
}

func (*overHTTP) Close(context.Context) error { return nil }

// startLocal starts DynamoDB Local, or skips the test with the reason.
func startLocal(t testing.TB) engine.Engine {
	t.Helper()
	ctx := t.Context()
	if skip, err := dynamodblocal.SkipTests(ctx, os.Getenv); err != nil {
		t.Fatal(err)
	} else if skip != "" {
		t.Skip(skip)
	}
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{Progress: func(line string) { t.Log(line) }})
	if err != nil {
		t.Fatal(err)
	}
	closeWith(t, e)
	return e
}

func closeWith(t testing.TB, e engine.Engine) {
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// run plays all cases, each file in a database of its own.
func run(t *testing.T, e engine.Engine, o conformance.Options) {
	byFile := map[string][]conformance.Case{}
	for _, c := range cases(t) {
		byFile[c.File] = append(byFile[c.File], c)
	}
	t.Run("cases", func(t *testing.T) {
		for file, cases := range byFile {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				runFile(t, e, o, cases)
			})
		}
	})
}

func runFile(t *testing.T, e engine.Engine, o conformance.Options, cases []conformance.Case) {
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	r, err := conformance.NewRunner(db, o)
	if err != nil {
		t.Fatal(err)
	}
	// An update takes what DynamoDB Local answers, and what the memory engine does
	// where the cases are for it only. It wants reading: the expectations are the
	// service's.
	rewrites := golden.Updating(t) && o.DynamoDBLocal == (cases[0].MemoryOnly == "")
	var all []conformance.Answer
	for _, c := range cases {
		if c.MemoryOnly != "" && o.DynamoDBLocal {
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			answers, err := r.Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, answers...)
			for _, a := range answers {
				if !a.Right(o) && !rewrites {
					t.Errorf("cases/%s.txt:%d\n  > %s\n  got:   %s\n  wants: %s", c.File, a.Line, a.Request, a.Got, a.Expected(o))
				}
			}
		})
	}
	if rewrites {
		rewrite(t, "cases/"+cases[0].File+".txt", all)
	}
}

// rewrite puts answers into a file of cases.
func rewrite(t *testing.T, file string, answers []conformance.Answer) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	byLine := map[int]conformance.Answer{}
	for _, a := range answers {
		byLine[a.Line] = a
	}
	var out []string
	var last conformance.Answer // the request above
	for i, line := range strings.Split(string(text), "\n") {
		a, request := byLine[i+1]
		answer := strings.HasPrefix(line, "  ") && !strings.HasPrefix(line, "  because: ")
		switch {
		case request:
			out, last = append(out, line), a
			if a.Local == "" {
				out = append(out, "  "+a.Got)
			}
		case strings.HasPrefix(line, "  local: "):
			out = append(out, "  local: "+last.Got)
		case answer && last.Local == "": // written with its request
		default:
			out = append(out, line)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(out, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
