package consumer_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

// began is where the clock of a scripted endpoint stands.
func began() time.Time { return time.Date(2024, 9, 19, 10, 0, 0, 0, time.UTC) }

// stage is one table with one open shard, and a second that others write.
type stage struct {
	*streamscript.Endpoint
	arn, shard string
}

func newStage(o streamscript.Options) stage {
	e := streamscript.New(o)
	arn := e.Enable("vms", types.StreamViewTypeKeysOnly)
	e.Enable("others", types.StreamViewTypeKeysOnly)
	return stage{e, arn, e.Shards("vms")[0]}
}

// put writes n records and gives their sequence numbers.
func (s stage) put(n int) (written []string) {
	for range n {
		written = append(written, s.PutTo(s.shard, types.Record{}))
	}
	return written
}

// putOther makes a gap in the numbers of the shard.
func (s stage) putOther() { s.Put("others", types.Record{}) }

func (s stage) latest(now time.Time) *consumer.Reader {
	return consumer.NewLatestReader(s, s.arn, s.shard, now)
}

// mustRead reads to an empty page or the end.
func mustRead(t *testing.T, r *consumer.Reader) (numbers []string, end bool) {
	t.Helper()
	for {
		records, end, err := r.Read(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, sequences(records)...)
		if end || len(records) == 0 {
			return numbers, end
		}
	}
}

func wantRead(t *testing.T, r *consumer.Reader, want ...string) {
	t.Helper()
	got, _ := mustRead(t, r)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func mustOpen(t *testing.T, r *consumer.Reader) {
	t.Helper()
	if err := r.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestLatest: what is written after Open is read, whatever happens to the first
// iterator (P4).
func TestLatest(t *testing.T) {
	t.Run("nothing from before", func(t *testing.T) {
		s := newStage(streamscript.Options{})
		s.put(3)
		r := s.latest(began())
		mustOpen(t, r)
		after := s.put(3)
		mustOpen(t, r) // a second time does nothing
		wantRead(t, r, after...)
		wantRead(t, r)
		wantRead(t, r, append(s.put(1), s.put(1)...)...)
	})
	t.Run("the empty shard of DynamoDB Local", func(t *testing.T) {
		s := newStage(streamscript.Options{Quirks: streamscript.Quirks{EmptyShardDefect: true, FloorToMinute: true}})
		s.Advance(42 * time.Second)
		r := s.latest(began().Add(42 * time.Second))
		mustOpen(t, r)
		s.putOther()
		wantRead(t, r, s.put(3)...)
	})
	t.Run("an iterator that expires before the first record", func(t *testing.T) {
		s := newStage(streamscript.Options{})
		s.put(2)
		s.Advance(time.Hour)
		r := s.latest(began().Add(time.Hour))
		wantRead(t, r)
		s.Advance(15 * time.Minute)
		wantRead(t, r, s.put(3)...)
	})
	t.Run("what may be from after the opening is read", func(t *testing.T) {
		s := newStage(streamscript.Options{Quirks: streamscript.Quirks{FloorToMinute: true}})
		s.put(1)
		s.Advance(4*time.Minute + 5*time.Second)
		maybe := s.put(1)
		s.Advance(5 * time.Second)
		r := s.latest(began().Add(5*time.Minute + 10*time.Second)) // our clock is a minute ahead
		mustOpen(t, r)
		s.ExpireIterators()
		wantRead(t, r, append(maybe, s.put(1)...)...)
	})
	t.Run("a broken connection after Open", func(t *testing.T) {
		s := newStage(streamscript.Options{})
		s.put(1)
		s.Advance(time.Hour)
		r := s.latest(began().Add(time.Hour))
		mustOpen(t, r)
		after := s.put(1)
		s.Fail(streamscript.GetRecords, 1, streamscript.Disconnected())
		if _, _, err := r.Read(t.Context(), 1); err == nil {
			t.Error("no error")
		}
		wantRead(t, r, append(after, s.put(1)...)...)
	})
	t.Run("an Open that fails may be tried again", func(t *testing.T) {
		s := newStage(streamscript.Options{})
		s.put(1)
		r := s.latest(began())
		s.Fail(streamscript.GetShardIterator, 1, streamscript.Throttled())
		const want = "get shard iterator: shard shardId-00000001726740000000-00000001, LATEST: LimitExceededException: Rate exceeded for shard"
		if err := r.Open(t.Context()); err == nil || err.Error() != want {
			t.Errorf("Open: %v, want %s", err, want)
		}
		mustOpen(t, r)
		wantRead(t, r, s.put(1)...)
	})
	t.Run("a shard that is split", func(t *testing.T) {
		s := newStage(streamscript.Options{})
		s.put(1)
		r := s.latest(began())
		mustOpen(t, r)
		after := s.put(1)
		s.Split(s.shard)
		got, end := mustRead(t, r)
		if diff := cmp.Diff(after, got); diff != "" || !end {
			t.Errorf("end %v, records (-want +got):\n%s", end, diff)
		}
	})
}

// TestReaderSince: what arrived long before is left out, also over many pages;
// from the first other record on, all is read.
func TestReaderSince(t *testing.T) {
	s := newStage(streamscript.Options{PageSize: 2})
	s.put(5)
	s.Advance(time.Hour)
	want := s.put(1)
	s.Advance(-time.Hour) // the clock of a host of the service
	want = append(want, s.put(1)...)
	r := consumer.NewReaderSince(s, s.arn, s.shard, began().Add(30*time.Minute))
	records, _, err := r.Read(t.Context(), 1000)
	if diff := cmp.Diff(want[:1], sequences(records)); diff != "" || err != nil {
		t.Errorf("an empty answer is for a shard without news: %v (-want +got):\n%s", err, diff)
	}
	wantRead(t, r, want[1:]...)
	s.Fail(streamscript.GetShardIterator, 1, streamscript.Throttled())
	const place = "get shard iterator: shard shardId-00000001726740000000-00000001, TRIM_HORIZON since 2024-09-19T10:29:00Z: LimitExceededException"
	_, _, err = consumer.NewReaderSince(s, s.arn, s.shard, began().Add(30*time.Minute)).Read(t.Context(), 1)
	if err == nil || err.Error()[:len(place)] != place {
		t.Errorf("Read: %v, want %s", err, place)
	}
}

// TestLatestLosesNothing: whatever happens, what is written to the shard after
// Open is read, in order and once; and nothing of an hour before.
func TestLatestLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStage(streamscript.Options{
			PageSize: rapid.IntRange(0, 3).Draw(t, "page size"),
			Quirks: streamscript.Quirks{
				EmptyShardDefect: rapid.Bool().Draw(t, "empty-shard defect"),
				FloorToMinute:    rapid.Bool().Draw(t, "floor to minute"),
			},
		})
		old := s.put(rapid.IntRange(0, 3).Draw(t, "before"))
		now := began().Add(time.Hour)
		s.Advance(time.Hour)
		r := s.latest(now)
		if err := r.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		var written, got []string
		read := func() (more bool) {
			records, _, err := r.Read(t.Context(), rapid.IntRange(1, 4).Draw(t, "limit"))
			if err != nil && !consumer.Transient(err) {
				t.Fatal(err)
			}
			got = append(got, sequences(records)...)
			return err != nil || len(records) > 0
		}
		t.Repeat(map[string]func(*rapid.T){
			"put":        func(t *rapid.T) { written = append(written, s.put(rapid.IntRange(1, 3).Draw(t, "n"))...) },
			"put other":  func(*rapid.T) { s.putOther() },
			"read":       func(*rapid.T) { read() },
			"expire":     func(*rapid.T) { s.ExpireIterators() },
			"pass":       func(t *rapid.T) { s.Advance(time.Duration(rapid.IntRange(0, 1000).Draw(t, "s")) * time.Second) },
			"empty page": func(*rapid.T) { s.EmptyPages(s.shard, 1) },
			"fail":       func(*rapid.T) { s.Fail(streamscript.GetRecords, 1, streamscript.ServerError()) },
			"throttle":   func(*rapid.T) { s.Fail(streamscript.GetShardIterator, 1, streamscript.Throttled()) },
		})
		s.EmptyPages(s.shard, 0)
		for read() {
		}
		if !slices.Equal(written, got) {
			t.Errorf("written %v, read %v, before %v", written, got, old)
		}
	})
}

// TestTrimmed: what is lost is said, with its place; what is left is read.
func TestTrimmed(t *testing.T) {
	s := newStage(streamscript.Options{})
	first := s.put(2)
	r := consumer.NewReader(s, s.arn, s.shard, "")
	wantRead(t, r, first...)
	lost, left := s.put(2), s.put(3)
	s.Trim(s.shard, lost[1])

	for range 2 { // the place stays until the caller knows
		_, _, err := r.Read(t.Context(), 10)
		var trimmed *consumer.TrimmedError
		if !errors.As(err, &trimmed) || trimmed.ShardID != s.shard || trimmed.After != first[1] || consumer.Transient(err) {
			t.Fatalf("Read: %v", err)
		}
	}
	r.ResumeAtHorizon()
	wantRead(t, r, left...)
	s.ExpireIterators()
	wantRead(t, r, s.put(1)...)
	s.Trim(s.shard, s.put(1)[0])
	var trimmed *consumer.TrimmedError
	if _, _, err := r.Read(t.Context(), 10); !errors.As(err, &trimmed) || trimmed.After == first[1] {
		t.Errorf("trimmed again: %v", err)
	}
}

// TestTrimmedWhileResuming: the horizon moves on under the new iterator. The
// gap is known already, and the next Read finds its other end.
func TestTrimmedWhileResuming(t *testing.T) {
	s := newStage(streamscript.Options{})
	first := s.put(2)
	r := consumer.NewReader(s, s.arn, s.shard, first[0])
	s.Trim(s.shard, first[1])
	r.ResumeAtHorizon()
	s.Fail(streamscript.GetRecords, 2, trimmed())
	var lost *consumer.TrimmedError
	if _, _, err := r.Read(t.Context(), 10); !consumer.Transient(err) || errors.As(err, &lost) {
		t.Errorf("Read: %v", err)
	}
	wantRead(t, r, s.put(1)...)
}

func TestTrimmedToTheEnd(t *testing.T) {
	s := newStage(streamscript.Options{})
	first := s.put(2)
	s.Trim(s.shard, first[1])
	s.Advance(24 * time.Hour)
	r := consumer.NewReader(s, s.arn, s.shard, first[0])
	var trimmed *consumer.TrimmedError
	if _, _, err := r.Read(t.Context(), 10); !errors.As(err, &trimmed) {
		t.Fatal(err)
	}
	r.ResumeAtHorizon()
	wantRead(t, r)
	s.ExpireIterators()
	wantRead(t, r, s.put(1)...)
}

// TestResumeRepeatsNothing: at TRIM_HORIZON there may be more than was lost.
func TestResumeRepeatsNothing(t *testing.T) {
	s := newStage(streamscript.Options{PageSize: 2})
	read, left := s.put(5), s.put(2)
	r := consumer.NewReader(s, s.arn, s.shard, read[4])
	r.ResumeAtHorizon()
	wantRead(t, r, left...)
	fresh := consumer.NewReader(s, s.arn, s.shard, "")
	fresh.ResumeAtHorizon() // without a place there is nothing to resume
	wantRead(t, fresh, append(read, left...)...)
}

// TestEndWhenEmpty: a shard of a disabled stream that never ends is read to an
// empty page, and then counts as ended (K6).
func TestEndWhenEmpty(t *testing.T) {
	s := newStage(streamscript.Options{Quirks: streamscript.Quirks{ShardsStayOpen: true}})
	written := s.put(3)
	r := consumer.NewReader(s, s.arn, s.shard, "")
	wantRead(t, r, written...)
	s.Disable("vms")
	if _, end := mustRead(t, r); end {
		t.Error("the end without being told")
	}
	stream, err := consumer.DescribeStream(t.Context(), s, s.arn)
	if err != nil || !stream.Disabled() || stream.Shards[0].Closed {
		t.Fatalf("%+v, %v", stream, err)
	}
	r.EndWhenEmpty()
	for range 2 {
		if got, end := mustRead(t, r); len(got) > 0 || !end {
			t.Errorf("%v, end %v", got, end)
		}
	}
	late := consumer.NewReader(s, s.arn, s.shard, "")
	late.EndWhenEmpty()
	if got, end := mustRead(t, late); !slices.Equal(got, written) || !end {
		t.Errorf("%v, end %v, want %v", got, end, written)
	}
}

// TestGone: a shard or a stream that is not there says which, from a live
// iterator and from a new one.
func TestGone(t *testing.T) {
	s := newStage(streamscript.Options{})
	r := consumer.NewReader(s, s.arn, s.shard, "")
	wantRead(t, r, s.put(2)...)
	s.ForgetShard(s.shard)
	for range 2 {
		_, _, err := r.Read(t.Context(), 10)
		var gone *consumer.GoneError
		if !errors.As(err, &gone) || gone.ShardID != s.shard || gone.StreamARN != s.arn || consumer.Transient(err) {
			t.Fatalf("Read: %v", err)
		}
	}
	s.Forget(s.arn)
	_, err := consumer.Shards(t.Context(), s, s.arn)
	var gone *consumer.GoneError
	if !errors.As(err, &gone) || gone.ShardID != "" || gone.StreamARN != s.arn || consumer.Transient(err) {
		t.Fatalf("Shards: %v", err)
	}
}
