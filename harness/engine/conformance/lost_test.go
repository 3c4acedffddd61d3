package conformance_test

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/conformance"
	"github.com/stillwater-streams/stillwater/harness/engine/memory"
)

// An answer that is lost is no difference: its sequence is played again. An answer
// that is another one still is.
func TestLostAnswersAreAskedForAgain(t *testing.T) {
	lose := new(atomic.Bool)
	p := &pair{
		ours:  runner(t, memory.New(memory.Options{}), conformance.Options{}),
		local: lossy(t, lose, conformance.Options{DynamoDBLocal: true}),
	}
	requests := []string{`PutItem {TableName: whole, Item: {pk: "a", sk: 1}}`, `GetItem {TableName: whole, Key: {pk: "a", sk: 1}}`}
	lose.Store(true)
	if found := p.play(t, requests); found != "" || lose.Load() {
		t.Errorf("found = %q, still to lose: %t; want no difference though an answer was lost", found, lose.Load())
	}
	p.ours = lossy(t, lose, conformance.Options{})
	lose.Store(true)
	if found := p.play(t, requests); !strings.Contains(found, "ours:  ! client:") {
		t.Errorf("found = %q, want our own failure to be a difference", found)
	}
}

// A case of which an answer is lost is played again from its beginning: what it
// wrote before is not there twice.
func TestLostAnswerBeginsTheCaseAgain(t *testing.T) {
	c := conformance.Case{File: "lost", Operation: "GetItem", Feature: "after a counter", Steps: []conformance.Step{
		{Request: `UpdateItem {TableName: single, Key: {pk: "a"}, UpdateExpression: "ADD n :one", ExpressionAttributeValues: {:one: 1}}`, Want: "{}"},
		{Request: `GetItem {TableName: single, Key: {pk: "a"}}`, Want: `{Item: {n: 1, pk: "a"}}`},
	}}
	lose := new(atomic.Bool)
	for _, o := range []conformance.Options{{DynamoDBLocal: true}, {}} {
		lose.Store(true)
		answers, err := lossy(t, lose, o).Run(t.Context(), c)
		if err != nil || len(answers) != len(c.Steps) || lose.Load() {
			t.Fatalf("%+v: %d answers, %v, still to lose: %t; want all answers though one was lost", o, len(answers), err, lose.Load())
		}
		if got := answers[1]; got.Right(o) != o.DynamoDBLocal {
			t.Errorf("%+v: got %s; want the item of DynamoDB Local, and of the others that they gave no answer", o, got.Got)
		}
	}
}

// What is an answer is not lost, and no engine but DynamoDB Local may lose one.
func TestLost(t *testing.T) {
	reset := fmt.Errorf("operation error DynamoDB: Scan: %w", &smithy.DeserializationError{Err: &net.OpError{Op: "read", Err: net.ErrClosed}})
	for _, c := range []struct {
		err  error
		o    conformance.Options
		want bool
	}{
		{reset, conformance.Options{DynamoDBLocal: true}, true},
		{reset, conformance.Options{}, false},
		{&types.InternalServerError{}, conformance.Options{DynamoDBLocal: true}, false},
		{errors.New("no operation Sccan"), conformance.Options{DynamoDBLocal: true}, false},
		{nil, conformance.Options{DynamoDBLocal: true}, false},
	} {
		r := runner(t, memory.New(memory.Options{}), c.o)
		if got := r.Lost(c.err); got != c.want {
			t.Errorf("%+v: Lost(%v) = %t, want %t", c.o, c.err, got, c.want)
		}
	}
}

// lossy plays to the memory engine over HTTP; the answer to one GetItem is lost
// whenever lose is set.
func lossy(t *testing.T, lose *atomic.Bool, o conformance.Options) *conformance.Runner {
	t.Helper()
	target, err := url.Parse(startHTTP(t).server.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetItem") && lose.CompareAndSwap(true, false) {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	db := engine.NewDatabase(s.URL, "us-east-1", "KEY", nil)
	t.Cleanup(db.Close)
	r, err := conformance.NewRunner(db, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
