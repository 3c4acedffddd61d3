package destination_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/destination"
)

func TestMemory(t *testing.T) {
	var d destination.Memory
	if got := d.Messages(); len(got) != 0 {
		t.Errorf("a new one holds %v", got)
	}
	var want []destination.Message
	for _, f := range []destination.Failure{failure(core.RetryAttemptsExhausted), unseen()} {
		if err := d.Send(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		want = append(want, destination.NewMessage(f))
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Send(ended, unseen()); !errors.Is(err, context.Canceled) {
		t.Errorf("Send after the end of its context: %v, want context.Canceled", err)
	}
	got := d.Messages()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Messages (-want +got):\n%s", diff)
	}
	got[0] = destination.Message{}
	if diff := cmp.Diff(want, d.Messages()); diff != "" {
		t.Errorf("Messages after a change of what it returned (-want +got):\n%s", diff)
	}
}

func TestMemoryIsSafeForConcurrentUse(t *testing.T) {
	var d destination.Memory
	var senders sync.WaitGroup
	for range 8 {
		senders.Go(func() {
			_ = d.Send(t.Context(), unseen())
			_ = d.Messages()
		})
	}
	senders.Wait()
	if got := len(d.Messages()); got != 8 {
		t.Errorf("%d messages, want 8", got)
	}
}
