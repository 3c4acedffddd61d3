package memory_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// The same calls at the same times give the same answers, down to ids and sequence
// numbers; with another seed the ids are others, and nothing else.
func TestSameCallsSameAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, other := newWorld(1), newWorld(1), newWorld(2)
		for _, s := range rapid.SliceOfN(rapid.Custom(drawStep), 1, 12).Draw(t, "steps") {
			for _, w := range []*world{a, b, other} {
				fatal(t, w.do(s))
			}
		}
		if diff := cmp.Diff(a.look(t), b.look(t), exact()); diff != "" {
			t.Fatalf("one seed, two answers:\n%s", diff)
		}
		if diff := cmp.Diff(a.look(t), other.look(t), unnamed()); diff != "" {
			t.Fatalf("another seed, and more than names differ:\n%s", diff)
		}
		if a.id(t) != b.id(t) || a.id(t) == other.id(t) {
			t.Fatal("ids do not follow the seed")
		}
	})
}

// id is one that the database made up.
func (w *world) id(t *rapid.T) string {
	table, err := w.client.DescribeTable(context.Background(), &dynamodb.DescribeTableInput{TableName: aws.String("tab")})
	fatal(t, err)
	return *table.Table.TableId
}

func TestEngineThatIsClosed(t *testing.T) {
	e := memory.New(memory.Options{Region: "eu-west-1"})
	db := open(t, e)
	if e.Name() != "memory" || db.Region != "eu-west-1" {
		t.Errorf("name %s, region %s", e.Name(), db.Region)
	}
	if _, ok := db.Controls().(*memory.Database); !ok {
		t.Errorf("controls are a %T", db.Controls())
	}
	for range 2 {
		if err := e.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := e.Open(t.Context()); !errors.Is(err, memory.ErrClosed) {
		t.Errorf("open after close: %v", err)
	}
	if _, err := dynamodb.NewFromConfig(db.Config(nil)).ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Errorf("a database that is open goes on: %v", err)
	}
}
