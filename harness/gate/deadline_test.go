package gate_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stillwater-streams/stillwater/harness/gate"
)

// In a bubble time is fake and exact, so these tests wait for hours at no cost.

func TestTheDeadlineStandsStillWhileACallWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		expired := false
		ctx, pause, resume, stop := gate.NewDeadline(context.Background(), 10*time.Second, func() { expired = true })
		defer stop()
		pass(4 * time.Second)
		pause()
		pass(time.Hour)
		if ctx.Err() != nil {
			t.Fatal("the time ran while the call waited")
		}
		if at, ok := ctx.Deadline(); !ok || time.Until(at) != 6*time.Second {
			t.Errorf("%v left, want 6s: 4 of 10 s were used", time.Until(at))
		}
		resume()
		pass(5 * time.Second)
		if ctx.Err() != nil {
			t.Fatal("expired after 9 s of 10")
		}
		pass(time.Second)
		if ctx.Err() != context.DeadlineExceeded || !expired {
			t.Errorf("after 10 s: %v, told %v", ctx.Err(), expired)
		}
	})
}

func TestTwoCallsWaitAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, pause, resume, stop := gate.NewDeadline(context.Background(), time.Second, func() {})
		defer stop()
		pause()
		pause()
		resume()
		pass(time.Minute)
		if ctx.Err() != nil {
			t.Fatal("the time ran while one of two calls still waited")
		}
		resume()
		pass(time.Second)
		if ctx.Err() == nil {
			t.Error("the time did not go on")
		}
	})
}

func TestChildrenOfADeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, _, _, stop := gate.NewDeadline(context.Background(), time.Second, func() {})
		defer stop()
		child, cancel := context.WithCancel(ctx)
		defer cancel()
		other, cancelOther := context.WithTimeout(ctx, time.Hour)
		cancelOther()
		pass(time.Second)
		synctest.Wait()
		if !errors.Is(child.Err(), context.DeadlineExceeded) {
			t.Errorf("child ended with %v, want deadline exceeded, as the SDK reports it", child.Err())
		}
		if !errors.Is(other.Err(), context.Canceled) {
			t.Errorf("a child that was cancelled before ended with %v", other.Err())
		}
		late, cancelLate := context.WithCancel(ctx)
		defer cancelLate()
		synctest.Wait()
		if late.Err() == nil {
			t.Error("a child of an ended deadline is alive")
		}
	})
}

func TestAParentEndsItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "value"))
		ctx, _, _, stop := gate.NewDeadline(parent, 0, func() { t.Error("expired without a limit") })
		defer stop()
		if _, ok := ctx.Deadline(); ok {
			t.Error("it has a deadline though none was asked for")
		}
		if ctx.Value(key{}) != "value" {
			t.Error("values of the parent are lost")
		}
		cancel()
		<-ctx.Done()
		if ctx.Err() != context.Canceled {
			t.Errorf("ended with %v", ctx.Err())
		}
	})
}

type key struct{}

// pass lets d of fake time pass.
func pass(d time.Duration) {
	<-time.NewTimer(d).C
	synctest.Wait()
}

func nowFixed() time.Time { return time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC) }
