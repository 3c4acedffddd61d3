package consumer_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer"
)

// TestInvokeLeavesNoGoroutine: who tells by labels which goroutines a handler
// left behind must not find the one that called it.
func TestInvokeLeavesNoGoroutine(t *testing.T) {
	f, err := consumer.NewFunction(func() {})
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		pprof.Do(t.Context(), pprof.Labels("invocation", "i7"), func(ctx context.Context) {
			_, err = f.Invoke(ctx, nil)
		})
		var profile bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(profile.Bytes(), []byte(`"invocation":"i7"`)) {
			t.Fatalf("left behind:\n%s", profile.Bytes())
		}
	}
	if err != nil {
		t.Error(err)
	}
}
