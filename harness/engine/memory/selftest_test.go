package memory_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// The three properties that quiescence rests on hold here as on DynamoDB Local.
func TestSelfTest(t *testing.T) {
	e := memory.New(memory.Options{})
	a, b := open(t, e), open(t, e)
	if err := engine.SelfTest(t.Context(), a.Config(nil), b.Config(nil)); err != nil {
		t.Error(err)
	}
}

func open(t *testing.T, e *memory.Engine) *engine.Database {
	t.Helper()
	db, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}
