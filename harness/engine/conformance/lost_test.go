package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

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
		local: lossy(t, lose),
	}
	requests := []string{`PutItem {TableName: whole, Item: {pk: "a", sk: 1}}`, `GetItem {TableName: whole, Key: {pk: "a", sk: 1}}`}
	lose.Store(true)
	if found := p.play(t, requests); found != "" || lose.Load() {
		t.Errorf("found = %q, still to lose: %t; want no difference though an answer was lost", found, lose.Load())
	}
	p.ours, p.local = p.local, runner(t, memory.New(memory.Options{}), conformance.Options{})
	lose.Store(true)
	if found := p.play(t, requests); !strings.Contains(found, "ours:  ! client:") {
		t.Errorf("found = %q, want our own failure to be a difference", found)
	}
}

// lossy plays to the memory engine over HTTP; the answer to one GetItem is lost
// whenever lose is set.
func lossy(t *testing.T, lose *atomic.Bool) *conformance.Runner {
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
	r, err := conformance.NewRunner(db, conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
