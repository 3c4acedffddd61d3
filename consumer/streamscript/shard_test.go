package streamscript_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/streamscript"
)

func s(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

// item is a record of an item.
func item(key string) types.Record {
	return types.Record{Dynamodb: &types.StreamRecord{Keys: map[string]types.AttributeValue{"pk": s(key)}}}
}

// TestPutFollowsTheItem: an item stays in its shard, and moves to a child of it.
func TestPutFollowsTheItem(t *testing.T) {
	st := newStage(t, streamscript.Options{})
	parent := map[string]string{}
	left, right := st.Split(st.shard)
	parent[left], parent[right] = st.shard, st.shard
	home := map[string]string{}
	used := map[string]int{}
	for round := range 2 {
		for i := range 40 {
			key := fmt.Sprint("item", i)
			shard, _ := st.Put("vms", item(key))
			if was := home[key]; was != "" && was != shard && was != parent[shard] {
				t.Errorf("round %d: %s went from %s to %s", round, key, was, shard)
			}
			home[key] = shard
			used[shard]++
		}
		ll, lr := st.Split(left)
		parent[ll], parent[lr] = left, left
		right2 := st.Roll(right)
		parent[right2] = right
		left, right = ll, right2
	}
	if open := st.Shards("vms"); len(used) != 5 || len(open) != 4 {
		t.Errorf("records per shard %v, open %v", used, open)
	}
}

// TestShardGraph: what DescribeStream says of it, in pages and by parent.
func TestShardGraph(t *testing.T) {
	st := newStage(t, streamscript.Options{ShardPageSize: 2})
	left, right := st.Split(st.shard)
	child := st.Roll(left)
	st.Close(right)
	got, err := consumer.Shards(t.Context(), st.Client(), st.arn)
	want := []consumer.Shard{
		{ID: st.shard, Closed: true}, {ID: left, ParentID: st.shard, Closed: true},
		{ID: right, ParentID: st.shard, Closed: true}, {ID: child, ParentID: left},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if n := st.Calls(streamscript.DescribeStream); n != 2 {
		t.Errorf("%d pages", n)
	}
	st.ForgetShard(st.shard)
	if got, err := consumer.Shards(t.Context(), st.Client(), st.arn); len(got) != 3 || err != nil {
		t.Errorf("without the root: %v, %v", got, err)
	}
	for _, in := range []*dynamodbstreams.DescribeStreamInput{
		{StreamArn: &st.arn, ExclusiveStartShardId: &st.shard},
		{StreamArn: &st.arn, ShardFilter: &types.ShardFilter{Type: "OTHER"}},
	} {
		if _, err := st.DescribeStream(t.Context(), in); code(err) != "ValidationException" {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// TestWire: a record comes through the protocol as it was put.
func TestWire(t *testing.T) {
	st := newStage(t, streamscript.Options{Region: "eu-west-1"})
	written := time.Date(2024, 9, 19, 9, 59, 59, 250_000_000, time.UTC)
	image := map[string]types.AttributeValue{
		"s": s("é\u2028<\"\x00"),
		"n": &types.AttributeValueMemberN{Value: "1.50"},
		"b": &types.AttributeValueMemberB{Value: []byte{0, 0xff}},
		"t": &types.AttributeValueMemberBOOL{Value: false},
		"0": &types.AttributeValueMemberNULL{Value: true},
		"S": &types.AttributeValueMemberSS{Value: []string{"b", "a"}},
		"N": &types.AttributeValueMemberNS{Value: []string{"2", "1"}},
		"B": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}},
		"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("x"), &types.AttributeValueMemberL{}}},
		"m": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"k": &types.AttributeValueMemberM{}}},
	}
	want := types.Record{
		EventID: aws.String("e1"), EventName: types.OperationTypeRemove,
		EventVersion: aws.String("1.1"), EventSource: aws.String("aws:dynamodb"), AwsRegion: aws.String("eu-west-1"),
		UserIdentity: &types.Identity{Type: aws.String("Service"), PrincipalId: aws.String("dynamodb.amazonaws.com")},
		Dynamodb: &types.StreamRecord{
			ApproximateCreationDateTime: &written, SequenceNumber: aws.String("123456789012345678901234567890"),
			Keys: map[string]types.AttributeValue{"pk": s("k")}, OldImage: image, NewImage: image,
			SizeBytes: aws.Int64(77), StreamViewType: types.StreamViewTypeOldImage,
		},
	}
	if got := st.PutTo(st.shard, want); got != *want.Dynamodb.SequenceNumber {
		t.Errorf("sequence number %s", got)
	}
	unexported := cmp.FilterPath(func(p cmp.Path) bool { return strings.HasPrefix(p.Last().String(), ".noSmithy") }, cmp.Ignore())
	server := httptest.NewServer(st)
	defer server.Close()
	overSocket := func(o *dynamodbstreams.Options) { o.BaseEndpoint, o.HTTPClient = &server.URL, server.Client() }
	for _, api := range []consumer.StreamsAPI{st, st.Client(), st.Client(overSocket)} {
		records, _, err := consumer.NewReader(api, st.arn, st.shard, "").Read(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, records[0], unexported, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%T (-want +got):\n%s", api, diff)
		}
	}
	response, err := server.Client().Post(server.URL, "application/x-amz-json-1.0", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "UnknownOperationException") {
		t.Errorf("no operation: %s %s", response.Status, body)
	}
}

// TestPutFillsIn what a record leaves out.
func TestPutFillsIn(t *testing.T) {
	st := newStage(t, streamscript.Options{})
	number := st.PutTo(st.shard, types.Record{})
	records, _, err := consumer.NewReader(st, st.arn, st.shard, "").Read(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := consumer.RecordJSON(records[0], consumer.Origin{Region: "r", StreamARN: "a"})
	want := `{"awsRegion":"r","dynamodb":{"ApproximateCreationDateTime":1726740000,"Keys":{"pk":{"S":"` + number + `"}},"SequenceNumber":"` + number +
		`","SizeBytes":1,"StreamViewType":"NEW_IMAGE"},"eventID":"event-` + number + `","eventName":"INSERT","eventSource":"aws:dynamodb","eventSourceARN":"a","eventVersion":"1.1"}`
	if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestMistakes of a test are told at once.
func TestMistakes(t *testing.T) {
	for name, mistake := range map[string]func(st stage){
		"no table":             func(st stage) { st.Put("other", types.Record{}) },
		"no shard":             func(st stage) { st.Split("other") },
		"no stream":            func(st stage) { st.Forget("other") },
		"closed":               func(st stage) { st.Close(st.shard); st.PutTo(st.shard, types.Record{}) },
		"closed twice":         func(st stage) { st.Close(st.shard); st.Close(st.shard) },
		"nowhere for the item": func(st stage) { st.Close(st.shard); st.Put("vms", types.Record{}) },
		"a number that goes back": func(st stage) {
			st.put(2)
			st.PutTo(st.shard, types.Record{Dynamodb: &types.StreamRecord{SequenceNumber: aws.String("1")}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.HasPrefix(said, "streamscript: ") {
					t.Errorf("it says %q", said)
				}
			}()
			mistake(newStage(t, streamscript.Options{}))
		})
	}
}

// TestInABubble: the real client works under virtual time, and many at once:
// the transport has no goroutine and no socket.
func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, streamscript.Options{Now: time.Now})
		start := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			reader := consumer.NewReader(st.Client(), st.arn, st.shard, "")
			wg.Go(func() {
				poll := time.NewTicker(250 * time.Millisecond)
				defer poll.Stop()
				for n := 0; n < 10; <-poll.C {
					records, _, err := reader.Read(t.Context(), 2)
					if err != nil {
						t.Error(err)
					}
					n += len(records)
				}
			})
		}
		write := time.NewTicker(10 * time.Second)
		defer write.Stop()
		for range 10 {
			<-write.C
			st.put(1)
		}
		wg.Wait()
		if passed := time.Since(start); passed < 100*time.Second {
			t.Errorf("%v passed", passed)
		}
	})
}
