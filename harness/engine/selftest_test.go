package engine_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

func testSelfTestPasses(t *testing.T, e engine.Engine) {
	if err := engine.SelfTest(t.Context(), open(t, e).Config(nil), open(t, e).Config(nil)); err != nil {
		t.Error(err)
	}
}

// The proxies lie once each, at different moments; the self-test must catch every one and name what is broken.
func testSelfTestRefuses(t *testing.T, e engine.Engine) {
	for _, test := range []struct {
		name string
		how  tamperer
		want engine.Property
	}{
		{"skips a number at the start", skipNumber(3), engine.DenseCounter},
		{"skips a number in the steps", skipNumber(17), engine.DenseCounter},
		{"skips a number among many", skipNumber(70), engine.DenseCounter},
		{"delays the first write", delay(2), engine.Visibility}, // the very first primes the fence and is not waited for
		{"delays a write of the steps", delay(4), engine.Visibility},
		{"delays a mark", delay(5), engine.Visibility},
		{"hides the first page", hidePage(1, 40), engine.Paging},
		{"hides the page after a full one", hideAfterFull(), engine.Paging},
		{"drops the last record of a page", shorten(), engine.Paging},
		{"ends a shard after a full page", endEarly(), engine.Paging},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, b := open(t, e), open(t, e)
			p := newProxy(t, a.Endpoint)
			p.tamper(test.how)
			err := engine.SelfTest(t.Context(), p.config(a), b.Config(nil))
			if p.tampered() == 0 {
				t.Fatalf("the proxy never got to lie (self-test: %v)", err)
			}
			refuses(t, err, test.want)
		})
	}
}

// With one access key for both, the second database is the first.
func testSelfTestShared(t *testing.T, e engine.Engine) {
	db := open(t, e)
	refuses(t, engine.SelfTest(t.Context(), db.Config(nil), db.Config(nil)), engine.Isolation)
}

func refuses(t *testing.T, err error, want engine.Property) {
	t.Helper()
	var broken *engine.BrokenError
	if !errors.As(err, &broken) {
		t.Fatalf("got %v, want a broken %s", err, want)
	}
	if broken.Property != want {
		t.Errorf("got %v, want a broken %s", err, want)
	}
	if !errors.Is(err, engine.ErrBroken) {
		t.Errorf("%v does not match ErrBroken", err)
	}
	for _, part := range []string{"self-test: ", string(want), "so ", "use DynamoDB Local"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}
