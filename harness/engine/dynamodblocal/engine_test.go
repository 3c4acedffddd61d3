package dynamodblocal_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// One engine lives through all of it, because a container takes seconds: it hands out databases to concurrent callers,
// moves on to a second container when the first has given out its share, drains the first, and leaves nothing.
func TestEngine(t *testing.T) {
	needContainer(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx := t.Context()
	const share = 5 // two of which the self-test takes
	e, err := dynamodblocal.Start(ctx, dynamodblocal.Options{DatabasesPerContainer: share})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(context.Background()) }()

	t.Run("is published on loopback only, without volumes", func(t *testing.T) {
		addresses, volumes, err := e.Published(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(addresses, []string{"127.0.0.1"}) {
			t.Errorf("published on %q, want 127.0.0.1 only", addresses)
		}
		if volumes != 0 {
			t.Errorf("%d volumes, want none", volumes)
		}
	})

	t.Run("measures itself", func(t *testing.T) {
		threads, memory, err := e.Stats(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// A JVM has some 20 threads, and each database has 4.
		if threads < 20 || threads > 200 || memory < 50<<20 || memory > 2<<30 {
			t.Errorf("%d threads and %d bytes do not look like a JVM", threads, memory)
		}
	})

	first := openMany(t, e, share-2)
	t.Run("gives each caller a database of its own", func(t *testing.T) { isolated(t, first) })

	second := openMany(t, e, 2)
	t.Run("replaces a container that has given out its share", func(t *testing.T) {
		if second[0].Endpoint == first[0].Endpoint || second[1].Endpoint != second[0].Endpoint {
			t.Errorf("endpoints %s, then %s and %s: want one new container", first[0].Endpoint, second[0].Endpoint, second[1].Endpoint)
		}
		if n := containers(t, os.Getpid()); n != 2 {
			t.Errorf("%d containers while the first one drains, want 2", n)
		}
	})
	t.Run("removes it with its last database", func(t *testing.T) {
		for i, db := range first {
			if n := containers(t, os.Getpid()); n != 2 {
				t.Errorf("%d containers with %d of %d databases closed, want 2", n, i, len(first))
			}
			listTables(t, db) // still there
			db.Close()
			db.Close()
		}
		if n := containers(t, os.Getpid()); n != 1 {
			t.Errorf("%d containers after the first one drained, want 1", n)
		}
	})
	t.Run("leaves nothing behind", func(t *testing.T) {
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
		if n := containers(t, os.Getpid()); n != 0 {
			t.Errorf("%d containers after Close, want none", n)
		}
		second[0].Close() // later than its engine, as a deferred call may be
		second[1].Close()
		if err := e.Close(ctx); err != nil {
			t.Errorf("closing twice: %v", err)
		}
		if _, err := e.Open(ctx); !errors.Is(err, dynamodblocal.ErrEnvironment) {
			t.Errorf("opening a database of a closed engine: %v, want an ErrEnvironment", err)
		}
	})
}

// openMany opens databases at once.
func openMany(t *testing.T, e *dynamodblocal.Engine, n int) []*engine.Database {
	t.Helper()
	opened := make([]*engine.Database, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var err error
			if opened[i], err = e.Open(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return opened
}

func isolated(t *testing.T, databases []*engine.Database) {
	keys := regexp.MustCompile(`^[A-Za-z0-9]{16,}$`)
	for i, db := range databases {
		if !keys.MatchString(db.AccessKey) {
			t.Errorf("access key %q: DynamoDB Local takes letters and digits only", db.AccessKey)
		}
		if tables := listTables(t, db); len(tables) != 0 {
			t.Errorf("database %d has tables %q before anybody used it", i, tables)
		}
		if _, err := engine.NewFence(t.Context(), db.Config(nil)); err != nil {
			t.Error(err)
		}
	}
}

func listTables(t *testing.T, db *engine.Database) []string {
	t.Helper()
	out, err := dynamodb.NewFromConfig(db.Config(nil)).ListTables(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return out.TableNames
}
