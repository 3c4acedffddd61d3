package conformance

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// prepare makes the tables that a case names: there and empty.
func (r *Runner) prepare(ctx context.Context, c Case) error {
	for name, request := range r.tables {
		if !slices.ContainsFunc(c.Steps, func(s Step) bool { return mentions(s.Request, name) }) {
			continue
		}
		if r.here[name] && strings.Contains(request, "StreamSpecification") { // a stream is not emptied
			if err := r.drop(ctx, name); err != nil {
				return err
			}
		}
		if r.here[name] {
			if err := r.empty(ctx, name); err != nil {
				return err
			}
		}
		if r.here[name] {
			continue
		}
		answer, err := r.Do(ctx, request)
		if err != nil || strings.HasPrefix(answer, "!") {
			return fmt.Errorf("table %s: %s: %w", name, answer, err)
		}
		r.here[name] = true
	}
	return nil
}

// mentions tells whether a request names a table.
func mentions(request, table string) bool {
	return strings.Contains(request, "TableName: "+table+",") || strings.Contains(request, "TableName: "+table+"}") ||
		strings.Contains(request, "{"+table+": ") || strings.Contains(request, ", "+table+": ")
}

func (r *Runner) drop(ctx context.Context, table string) error {
	delete(r.here, table)
	_, err := r.db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &table})
	return err
}

func (r *Runner) empty(ctx context.Context, table string) error {
	described, err := r.db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		return err
	}
	all, err := r.db.Scan(ctx, &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return err
	}
	if all.LastEvaluatedKey != nil { // more than a page: a new table is faster
		return r.drop(ctx, table)
	}
	for _, it := range all.Items {
		for name := range it {
			if !slices.ContainsFunc(described.Table.KeySchema, func(k types.KeySchemaElement) bool { return *k.AttributeName == name }) {
				delete(it, name)
			}
		}
		if _, err := r.db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: it}); err != nil {
			return err
		}
	}
	return nil
}

// tidy removes the tables that a case has made or may have changed.
func (r *Runner) tidy(ctx context.Context, c Case) error {
	if !slices.ContainsFunc(c.Steps, Step.changesTables) {
		return nil
	}
	return r.dropAll(ctx)
}

func (r *Runner) dropAll(ctx context.Context) error {
	tables, err := r.db.ListTables(ctx, &dynamodb.ListTablesInput{})
	if err != nil {
		return err
	}
	clear(r.here) // a case may have dropped some itself
	for _, name := range tables.TableNames {
		if err := r.drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (s Step) changesTables() bool {
	operation, _, _ := strings.Cut(s.Request, " ")
	return slices.Contains([]string{"CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive", "TagResource"}, operation)
}

// Reset makes tables of cases/tables.txt anew: there, empty and, if they have a
// stream, with a new one. Identities are counted from the beginning again.
func (r *Runner) Reset(ctx context.Context, tables ...string) error {
	r.writer = newWriter(r.options.DynamoDBLocal)
	for _, name := range tables {
		if r.here[name] {
			if err := r.drop(ctx, name); err != nil {
				return err
			}
		}
		answer, err := r.Do(ctx, r.tables[name])
		if err != nil || strings.HasPrefix(answer, "!") {
			return fmt.Errorf("conformance: table %s: %s: %w", name, answer, err)
		}
		r.here[name] = true
	}
	r.writer = newWriter(r.options.DynamoDBLocal)
	return nil
}

// isInternalFailure tells what DynamoDB Local at times answers to DescribeTable
// while it makes an index (our measurement, on a loaded machine).
func isInternalFailure(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "InternalFailure"
}

// settled asks for a table until its indexes are as they should be: engines may
// make them in the background.
func (r *Runner) settled(ctx context.Context, arguments node) (*dynamodb.DescribeTableOutput, error) {
	const most = 100_000 // some ten seconds on DynamoDB Local, which takes one
	in := &dynamodb.DescribeTableInput{}
	if err := (filler{}).fill(arguments, reflect.ValueOf(in).Elem()); err != nil {
		return nil, &unplayableError{err}
	}
	for range most {
		out, err := r.db.DescribeTable(ctx, in)
		if r.options.DynamoDBLocal && isInternalFailure(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out.Table.GlobalSecondaryIndexes, func(x types.GlobalSecondaryIndexDescription) bool {
			return x.IndexStatus != types.IndexStatusActive
		}) {
			return out, nil
		}
	}
	return nil, &unplayableError{fmt.Errorf("%s: its indexes are still being made", *in.TableName)}
}
