package gate_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// shared is a database with the table things, and other programs that write to it.
type shared struct {
	t      *testing.T
	db     *streamscript.Endpoint
	stream string
	during func() // runs while a PutItem is answered, before it writes
	gate   *gate.Gate
	log    *trace.Log
}

func newShared(t *testing.T, o gate.Options) *shared {
	t.Helper()
	s := &shared{t: t, during: func() {}, db: streamscript.New(streamscript.Options{
		Now: time.Now, Quirks: streamscript.Quirks{EmptyShardDefect: true, FloorToMinute: true},
	})}
	s.stream = s.db.Enable("things", streamtypes.StreamViewTypeNewImage)
	s.log = trace.New(nowFixed, nowFixed)
	s.log.EndSetup()
	o.Shared, o.Log, o.Now = true, s.log, nowFixed
	o.Config = aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://shared.test"), HTTPClient: &http.Client{Transport: s},
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
	o.Tables = map[string]gate.Table{"things": {StreamARN: s.stream, Keys: []string{"id"}}}
	s.gate = gate.New(o)
	serve(t, s.gate)
	return s
}

// RoundTrip answers PutItem; streams are served by streamscript.
func (s *shared) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") {
		return s.db.HTTPClient().Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.during()
	s.other(idInBody.FindStringSubmatch(string(body))[1])
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte("{}"))), Request: r}, nil
}

// other writes as another program does, and returns the record as a consumer has it.
func (s *shared) other(id string) core.Record {
	keys := map[string]streamtypes.AttributeValue{"id": &streamtypes.AttributeValueMemberS{Value: id}}
	_, sequence := s.db.Put("things", streamtypes.Record{Dynamodb: &streamtypes.StreamRecord{Keys: keys}})
	return core.Record{Sequence: sequence, Key: id}
}

// call has a task of depth 3 put an item.
func (s *shared) call(id string) trace.ID {
	actor := s.gate.Actor("echo")
	task := &gate.Task{Actor: actor, ID: s.log.Mint(trace.TypeInvocation), Depth: 3}
	task.Do = func(ctx context.Context) {
		if err := put(ctx, dynamodb.NewFromConfig(actor.Config()), id); err != nil {
			s.t.Error(err)
		}
	}
	s.gate.Do(context.Background(), task)
	return task.ID
}

// causes tells of each record of the stream, in order, which key it has, and by
// which invocation it was written: "a i1", "b nobody".
func (s *shared) causes() []string {
	var all []string
	for n := 1; ; n++ {
		seen, ok := s.gate.Seen(s.stream, fmt.Sprintf("%021d", n))
		if !ok && n > 50 {
			return all
		}
		if !ok {
			continue
		}
		cause := "nobody"
		for _, e := range s.log.Chain(seen.ID) {
			if e.Kind == trace.Write {
				cause = string(e.Cause[0])
			}
		}
		if (seen.Depth == 3) != (cause != "nobody") {
			s.t.Errorf("record %s of %s has depth %d", seen.ID, cause, seen.Depth)
		}
		all = append(all, strings.TrimPrefix(seen.Key, "things ")+" "+cause)
	}
}

func (s *shared) want(causes ...string) {
	s.t.Helper()
	if d := cmp.Diff(causes, s.causes()); d != "" {
		s.t.Error("causes of the records that the gate knows (-want +got):\n" + d)
	}
}

func TestInASharedDatabaseARecordIsACallsByItsTimeAndItsItem(t *testing.T) {
	s := newShared(t, gate.Options{})
	s.call("a") // on an empty shard
	s.other("b")
	s.other("a")
	s.during = func() { s.other("c") }
	s.call("b") // "b" was there before
	s.during = func() { s.other("d") }
	s.call("d")
	s.want("a i1", "c nobody", "b i2", "d i3", "d i3")
}

func TestWhatAnotherProgramWroteIsKnownOnceItIsRead(t *testing.T) {
	s := newShared(t, gate.Options{})
	foreign := s.other("a")
	s.call("b")
	seen := s.gate.Know(s.stream, "shard", []core.Record{foreign})
	if len(seen) != 1 || seen[0].Depth != 0 {
		t.Errorf("known of it: %+v", seen)
	}
	if e, _ := s.log.Find(seen[0].ID); e.Kind != trace.RecordOrphan {
		t.Errorf("in the trace: %+v", e)
	}
}

func TestACallWhoseRecordsCannotBeReadStopsNothing(t *testing.T) {
	for _, tt := range []struct {
		name, operation string
	}{
		{"its end was not found", streamscript.GetShardIterator},
		{"it could not be read", streamscript.GetRecords},
		{"its shards could not be listed", streamscript.DescribeStream},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShared(t, gate.Options{})
			if tt.operation != streamscript.DescribeStream {
				s.call("before")
			}
			s.db.Fail(tt.operation, 1, streamscript.ServerError())
			lost := s.call("a")
			after := s.call("a")
			for _, c := range s.causes() {
				if c == "a "+string(lost) {
					t.Errorf("%s is %s: not read", c, lost)
				}
			}
			if got := s.causes(); got[len(got)-1] != "a "+string(after) {
				t.Errorf("causes %v, want the last one to be a %s", got, after)
			}
			notes := 0
			for _, e := range s.log.Events() {
				if e.Kind == trace.Unaccounted && e.Cause[0] == lost {
					notes++
				}
			}
			if notes != 1 {
				t.Errorf("%d events say that the records of %s are not known, want 1", notes, lost)
			}
		})
	}
}

func TestATableThatIsCreatedAgainHasAnotherStream(t *testing.T) {
	s := newShared(t, gate.Options{})
	s.call("a")
	s.db.Drop("things")
	s.stream = s.db.Enable("things", streamtypes.StreamViewTypeNewImage)
	s.call("a")
	s.want() // the gate does not know of it
	s.gate.SetTable("things", gate.Table{StreamARN: s.stream, Keys: []string{"id"}})
	s.call("a")
	s.want("a i3")
	s.gate.SetTable("things", gate.Table{Keys: []string{"id"}})
	s.call("a")
	s.want("a i3")
}

func TestAShardThatSplitsIsFollowed(t *testing.T) {
	s := newShared(t, gate.Options{})
	s.call("a")
	s.db.Roll(s.db.Shards("things")[0])
	s.call("b")
	s.during = func() { s.db.Roll(s.db.Shards("things")[0]) }
	s.call("c")
	s.want("a i1", "b i2", "c i3")
}

func TestAGateThatRemembersTheLastForgetsTheFirst(t *testing.T) {
	const remember = 5
	s := newShared(t, gate.Options{Remember: remember})
	for n := range 40 {
		s.call(fmt.Sprint(n))
	}
	if n := s.gate.Records(s.stream); n != remember {
		t.Errorf("it knows %d records, want %d", n, remember)
	}
	s.want("35 i36", "36 i37", "37 i38", "38 i39", "39 i40")
}

func TestACallOfAForgottenTaskIsRefused(t *testing.T) {
	s := newShared(t, gate.Options{Remember: 1})
	actor := s.gate.Actor("leaver")
	var left context.Context
	late := func() error { return put(left, dynamodb.NewFromConfig(actor.Config()), "x") }
	s.gate.Do(context.Background(), &gate.Task{Actor: actor, ID: s.log.Mint(trace.TypeInvocation), Do: func(ctx context.Context) {
		left = context.WithoutCancel(ctx)
	}})
	if err := late(); err == nil || !strings.Contains(err.Error(), "i1 of leaver has ended") {
		t.Errorf("a call after the end: %v", err)
	}
	if taken := s.gate.TakeLate(); len(taken) != 1 || taken[0].Task != "i1" || len(s.gate.TakeLate()) != 0 {
		t.Errorf("late calls: %v, and then some more", taken)
	}
	s.call("a")
	if err := late(); err == nil {
		t.Error("a call of a task that is forgotten was let through")
	}
}

// The three are made by different code, from different types.
func TestAnItemHasOneNameInCallsRecordsAndWhatAConsumerReads(t *testing.T) {
	for _, tt := range []struct {
		name string
		key  types.AttributeValue
		json string
		want string
	}{
		{"string", &types.AttributeValueMemberS{Value: `a "b`}, `{"id":{"S":"a \"b"}}`, `things a "b`},
		{"number", &types.AttributeValueMemberN{Value: "7.0"}, `{"id":{"N":"7"}}`, "things 7"},
		{"binary", &types.AttributeValueMemberB{Value: []byte{1, 255}}, `{"id":{"B":"Af8="}}`, "things 01ff"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShared(t, gate.Options{})
			if got := s.gate.Key("things", map[string]types.AttributeValue{"id": tt.key}); got != tt.want {
				t.Errorf("in a call %q, want %q", got, tt.want)
			}
			seen := s.gate.Know(s.stream, "shard", []core.Record{{Sequence: "1", Key: tt.json}})
			if got := seen[0].Key; got != tt.want {
				t.Errorf("read by a consumer %q, want %q", got, tt.want)
			}
		})
	}
	s := newShared(t, gate.Options{})
	s.call("a b")
	if r, _ := s.log.Find("r1"); r.Key != "things a b" {
		t.Errorf("in a record %q", r.Key)
	}
}
