package consumer_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, streamscript.Options{})
		w.put(3)
		r := w.start(w.options())
		r.settled()
		w.put(2)
		began := time.Now()
		r.settled()
		if took := time.Since(began); took > 300*time.Millisecond {
			t.Errorf("took %v", took)
		}
		r.stop()
		if diff := cmp.Diff([]string{"2 3 4", "5 6"}, w.batches()); diff != "" {
			t.Errorf("batches (-want +got):\n%s\n%s", diff, w.narrate())
		}
	})
}
