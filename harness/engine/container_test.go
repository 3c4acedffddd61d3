package engine_test

import (
	"context"
	"os"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

// TestContainer holds everything here that needs DynamoDB Local: one container serves it all.
func TestContainer(t *testing.T) {
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
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Engine)
	}{
		{"a fence counts every write", testFenceCounts},
		{"two fences on one database", testTwoFences},
		{"a fence outlives its iterator", testExpiredIterator},
		{"fences under concurrent writers", testConcurrentWriters},
		{"the self-test passes", testSelfTestPasses},
		{"the self-test refuses a tampering proxy", testSelfTestRefuses},
		{"the self-test refuses shared databases", testSelfTestShared},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, e) })
	}
}

// open gives a database that ends with the test.
func open(t *testing.T, e engine.Engine) *engine.Database {
	t.Helper()
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}
