package conformance

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// Options of a [Runner]; the zero value is for an engine that answers as the
// service does.
type Options struct {
	DynamoDBLocal bool // it may answer what a case says of DynamoDB Local
}

// Runner plays cases against one database, one after another.
type Runner struct {
	options Options
	tables  map[string]string // request that creates each table of the cases
	here    map[string]bool   // which of them are there
	db      *dynamodb.Client
	streams *dynamodbstreams.Client
	control *memory.Database // nil: the engine takes no commands
	writer  *writer          // of the case that is being played
}

// NewRunner returns a runner for a database in which nobody else works.
func NewRunner(db *engine.Database, o Options) (*Runner, error) {
	text, err := read(tablesFile)
	if err != nil {
		return nil, err
	}
	once := func(o *dynamodb.Options) { o.RetryMaxAttempts = 1 } // an error is an answer here
	r := &Runner{
		options: o,
		tables:  map[string]string{},
		here:    map[string]bool{},
		db:      dynamodb.NewFromConfig(db.Config(nil), once),
		streams: dynamodbstreams.NewFromConfig(db.Config(nil), func(o *dynamodbstreams.Options) { o.RetryMaxAttempts = 1 }),
		writer:  newWriter(o.DynamoDBLocal),
	}
	r.control, _ = db.Controls().(*memory.Database)
	for line := range strings.Lines(text) {
		if _, rest, ok := strings.Cut(line, "{TableName: "); ok && !strings.HasPrefix(line, "#") {
			name, _, _ := strings.Cut(rest, ",")
			r.tables[name] = strings.TrimSpace(line)
		}
	}
	return r, nil
}

// Answer is one request of a case with what it came to.
type Answer struct {
	Step
	Got string
}

// Right tells whether this is what the case expects of the engine.
func (a Answer) Right(o Options) bool { return a.Got == a.Expected(o) }

// Expected is the answer that the case wants of the engine.
func (a Answer) Expected(o Options) string {
	if o.DynamoDBLocal && a.Local != "" {
		return a.Local
	}
	return a.Want
}

// Run plays a case and returns all its answers. An error means that the case
// could not be played: a mistake in its notation, or no tables for it. If an
// answer was [Runner.Lost] nobody knows whether its request was carried out: the
// case is played again from its beginning, over new tables.
func (r *Runner) Run(ctx context.Context, c Case) ([]Answer, error) {
	const attempts = 3
	for range attempts - 1 {
		answers, err := r.play(ctx, c)
		if !r.Lost(err) {
			return answers, err
		}
		if err := r.dropAll(ctx); err != nil {
			return nil, fmt.Errorf("conformance: cases/%s.txt: %s: %w", c.File, c, err)
		}
	}
	return r.play(ctx, c)
}

// Lost tells whether an error of this runner is the loss of an answer on its way
// from DynamoDB Local: under load a connection is reset at times while an answer of
// 200 is read (aws-sdk-go-v2#2737; we met it three times in about a million
// requests). SDK clients ask again then, which a runner does not: it makes each
// request of a case once. Of any other engine it is an answer, and a wrong one.
func (r *Runner) Lost(err error) bool {
	return r.options.DynamoDBLocal && retry.RetryableConnectionError{}.IsErrorRetryable(err) == aws.TrueTernary
}

func (r *Runner) play(ctx context.Context, c Case) ([]Answer, error) {
	if err := r.prepare(ctx, c); err != nil {
		return nil, fmt.Errorf("conformance: cases/%s.txt: %s: %w", c.File, c, err)
	}
	r.writer = newWriter(r.options.DynamoDBLocal)
	var answers []Answer
	for _, s := range c.Steps {
		got, err := r.Do(ctx, s.Request)
		if err != nil {
			return nil, fmt.Errorf("conformance: cases/%s.txt:%d: %w", c.File, s.Line, err)
		}
		answers = append(answers, Answer{s, got})
	}
	return answers, r.tidy(ctx, c)
}

// Do makes a request and returns the answer in the notation; an error if it is no
// request, or its answer was [Runner.Lost]. Its forms:
//
//	GetItem {TableName: single, Key: {pk: "a"}}
//	Scan* {TableName: single, Limit: 1}     all pages: {Pages: 3, Items: […]}
//	Records {TableName: streamed}           all records of the table's latest stream, as GetRecords gives them
//	Settled {TableName: made}               DescribeTable as soon as no index is being made or removed
//	SplitShard {TableName: streamed}        a control of the memory engine, named as its method: [Command]
//	DescribeTable {TableName: single} -> Table.TableStatus, Table.KeySchema.KeyType
//
// After the arrow are the members to show; a member of a list is that of all its
// elements, [0] is the first one.
func (r *Runner) Do(ctx context.Context, request string) (string, error) {
	operation, rest, _ := strings.Cut(request, " ")
	arguments, rest, err := parseNode(rest)
	if err != nil {
		return "", err
	}
	var paths []string
	if list, ok := strings.CutPrefix(rest, "-> "); ok {
		paths = strings.Split(list, ", ")
	} else if rest != "" {
		return "", fmt.Errorf("after the request: %q", rest)
	}
	r.writer.unordered = strings.HasPrefix(operation, "Scan")
	output, err := r.send(ctx, operation, arguments)
	if unplayable := (*unplayableError)(nil); errors.As(err, &unplayable) || r.Lost(err) {
		return "", err
	}
	if err != nil {
		return r.failure(err), nil
	}
	if len(paths) > 0 {
		return r.selected(output, paths)
	}
	return r.writer.write(reflect.ValueOf(output), ""), nil
}

// unplayableError is a mistake in a case, no answer of an engine.
type unplayableError struct{ error }

func (r *Runner) send(ctx context.Context, operation string, arguments node) (any, error) {
	switch operation {
	case "Records":
		return r.records(ctx, arguments)
	case "Settled":
		return r.settled(ctx, arguments)
	}
	if do, ok := commands()[operation]; ok {
		return r.command(operation, do, arguments)
	}
	name, paged := strings.CutSuffix(operation, "*")
	method := reflect.ValueOf(r.db).MethodByName(name)
	if !method.IsValid() {
		method = reflect.ValueOf(r.streams).MethodByName(name)
	}
	if !method.IsValid() {
		return nil, &unplayableError{fmt.Errorf("no operation %s", name)}
	}
	input := reflect.New(method.Type().In(1).Elem())
	if err := (filler{known: r.writer.known}).fill(arguments, input.Elem()); err != nil {
		return nil, &unplayableError{err}
	}
	if paged {
		return pages(ctx, method, input)
	}
	return call(ctx, method, input)
}

// call calls a method of an SDK client.
func call(ctx context.Context, method, input reflect.Value) (any, error) {
	out := method.Call([]reflect.Value{reflect.ValueOf(ctx), input})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// failure writes an error: its code, its message and what else it tells.
func (r *Runner) failure(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return "! client: " + err.Error()
	}
	text := "! " + api.ErrorCode() + ": " + r.writer.named(api.ErrorMessage())
	v := reflect.Indirect(reflect.ValueOf(api))
	for _, name := range []string{"Item", "CancellationReasons"} {
		if field := v.FieldByName(name); field.IsValid() && !field.IsZero() {
			text += " {" + name + ": " + r.writer.write(field, name) + "}"
		}
	}
	return text
}

// selected writes some members of an output.
func (r *Runner) selected(output any, paths []string) (string, error) {
	var parts []string
	for _, path := range paths {
		text, err := r.member(reflect.ValueOf(output), strings.Split(strings.ReplaceAll(path, "[", ".["), "."), "")
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		parts = append(parts, path+": "+text)
	}
	return "{" + strings.Join(parts, ", ") + "}", nil
}

func (r *Runner) member(v reflect.Value, path []string, name string) (string, error) {
	v = reflect.Indirect(v)
	switch {
	case !v.IsValid():
		return "absent", nil
	case (v.Kind() == reflect.Map || v.Kind() == reflect.Slice) && v.IsNil():
		return "absent", nil
	case len(path) == 0:
		return r.writer.write(v, name), nil
	case v.Kind() == reflect.Slice:
		if index, ok := strings.CutPrefix(path[0], "["); ok {
			i := int(index[0] - '0')
			if i >= v.Len() {
				return "absent", nil
			}
			return r.member(v.Index(i), path[1:], name)
		}
		var parts []string
		for i := range v.Len() {
			part, err := r.member(v.Index(i), path, name)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		return "[" + strings.Join(parts, ", ") + "]", nil
	case v.Kind() == reflect.Struct && v.FieldByName(path[0]).IsValid():
		return r.member(v.FieldByName(path[0]), path[1:], path[0])
	}
	return "", fmt.Errorf("%s has no member %s", v.Type(), path[0])
}

// paged is what all pages of a Query or a Scan have together.
type paged struct {
	Pages int
	Items []map[string]types.AttributeValue
}

// pages follows LastEvaluatedKey to the end.
func pages(ctx context.Context, method, input reflect.Value) (*paged, error) {
	const most = 1000 // no case has so many
	all := &paged{}
	for all.Pages < most {
		output, err := call(ctx, method, input)
		if err != nil {
			return nil, err
		}
		page := reflect.ValueOf(output).Elem()
		all.Pages++
		all.Items = append(all.Items, page.FieldByName("Items").Interface().([]map[string]types.AttributeValue)...)
		last := page.FieldByName("LastEvaluatedKey")
		if last.IsNil() {
			return all, nil
		}
		input.Elem().FieldByName("ExclusiveStartKey").Set(last)
	}
	return nil, &unplayableError{fmt.Errorf("more than %d pages", most)}
}

// records reads the latest stream of a table from its beginning.
func (r *Runner) records(ctx context.Context, arguments node) (*dynamodbstreams.GetRecordsOutput, error) {
	in := &dynamodb.DescribeTableInput{}
	if err := (filler{}).fill(arguments, reflect.ValueOf(in).Elem()); err != nil {
		return nil, &unplayableError{err}
	}
	table, err := r.db.DescribeTable(ctx, in)
	if err != nil {
		return nil, err
	}
	stream, err := r.streams.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: table.Table.LatestStreamArn})
	if err != nil {
		return nil, err
	}
	all := &dynamodbstreams.GetRecordsOutput{}
	for _, shard := range stream.StreamDescription.Shards {
		it, err := r.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
			StreamArn: table.Table.LatestStreamArn, ShardId: shard.ShardId, ShardIteratorType: "TRIM_HORIZON"})
		if err != nil {
			return nil, err
		}
		for next := it.ShardIterator; next != nil; {
			page, err := r.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: next})
			if err != nil {
				return nil, err
			}
			all.Records = append(all.Records, page.Records...)
			if next = page.NextShardIterator; len(page.Records) == 0 {
				break
			}
		}
	}
	return all, nil
}
