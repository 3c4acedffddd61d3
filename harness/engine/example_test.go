package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// A configuration of a database holds all that a client needs; nothing comes from the environment.
func ExampleDatabase_Config() {
	db := engine.NewDatabase("http://127.0.0.1:8000", "us-east-1", "K7Q2", func() { fmt.Println("given back") })
	defer db.Close()
	cfg := db.Config(nil)
	credentials, _ := cfg.Credentials.Retrieve(context.Background())
	fmt.Println(*cfg.BaseEndpoint, cfg.Region, credentials.AccessKeyID)
	// Output:
	// http://127.0.0.1:8000 us-east-1 K7Q2
	// given back
}

// An endpoint that gives no stream with a table is no engine: that is an error, not a broken promise.
func ExampleSelfTest() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"TableDescription":{"TableName":"stillwater_fence","TableStatus":"CREATING"}}`))
	}))
	defer server.Close()
	a := engine.NewDatabase(server.URL, "us-east-1", "A1", nil)
	b := engine.NewDatabase(server.URL, "us-east-1", "B1", nil)
	defer a.Close()
	defer b.Close()
	err := engine.SelfTest(context.Background(), a.Config(nil), b.Config(nil))
	fmt.Println(err)
	fmt.Println(errors.Is(err, engine.ErrBroken))
	// Output:
	// self-test: fence: table stillwater_fence: no stream came with the table: this endpoint does not stream, or not at once
	// false
}

// What a user gets to read when a promise is broken.
func ExampleBrokenError() {
	fmt.Println(&engine.BrokenError{Property: engine.Visibility, Seen: "update: 0 of its 1 records were there when it had returned"})
	// Output:
	// P2 immediate visibility: broken: update: 0 of its 1 records were there when it had returned (so an empty page does not mean that nothing is left to deliver); use DynamoDB Local directly, without anything in front of it
}
