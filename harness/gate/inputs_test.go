package gate_test

import (
	"context"
	"errors"
	"fmt"
	"runtime/pprof"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

func TestWhatMayWrite(t *testing.T) {
	for op, want := range map[string]bool{
		"GetItem": false, "Query": false, "TransactGetItems": false,
		"PutItem": true, "BatchWriteItem": true, "TransactWriteItems": true,
		"ExecuteStatement": true, "AnOperationOfNextYear": true,
	} {
		if got := gate.Writes(op); got != want {
			t.Errorf("writes(%s) = %v", op, got)
		}
	}
}

func TestOutcomeHasNothingThatTwoRunsDoNotShare(t *testing.T) {
	api := &smithy.GenericAPIError{Code: "ConditionalCheckFailedException", Message: "The conditional request failed"}
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, "ok"},
		{fmt.Errorf("operation error DynamoDB: PutItem, RequestID: 1234: %w", api), "ConditionalCheckFailedException: The conditional request failed"},
		{fmt.Errorf("canceled, %w", context.Canceled), "caller gave up: canceled"},
		{fmt.Errorf("attempt 2: %w", context.DeadlineExceeded), "caller gave up: deadline exceeded"},
		{errors.New("plain"), "plain"},
	} {
		if got := gate.Outcome(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}

func TestKeysAreShownOneWay(t *testing.T) {
	g := gate.New(gate.Options{Tables: map[string]gate.Table{
		"t": {Keys: []string{"pk", "sk"}}, "numbers": {Keys: []string{"n"}}, "bytes": {Keys: []string{"b"}},
	}})
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	n := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	for _, test := range []struct {
		table string
		item  map[string]types.AttributeValue
		want  string
	}{
		{"t", map[string]types.AttributeValue{"pk": s("VULN#v1"), "sk": s("FIN#f1"), "x": s("y")}, "t VULN#v1 FIN#f1"},
		{"numbers", map[string]types.AttributeValue{"n": n("01")}, "numbers 1"},
		{"numbers", map[string]types.AttributeValue{"n": n("1e2")}, "numbers 100"},
		{"numbers", map[string]types.AttributeValue{"n": n("1.5")}, "numbers 1.5"},
		{"bytes", map[string]types.AttributeValue{"b": &types.AttributeValueMemberB{Value: []byte{1, 255}}}, "bytes 01ff"},
		{"t", map[string]types.AttributeValue{"pk": s("only")}, "t only ?"},
	} {
		if got := g.Key(test.table, test.item); got != test.want {
			t.Errorf("%v: %q, want %q", test.item, got, test.want)
		}
	}
}

func TestLabelsOfOthersDoNotHideAGoroutine(t *testing.T) {
	log := trace.New(nowFixed, nowFixed)
	g := gate.New(gate.Options{Log: log, Now: nowFixed})
	block, started := make(chan struct{}), make(chan struct{})
	task := &gate.Task{Actor: g.Actor("echo"), ID: "i0.12", Do: func(ctx context.Context) {
		go pprof.Do(ctx, pprof.Labels("odd", "a\x01 \"b"), func(context.Context) {
			close(started)
			<-block
		})
		<-started
	}}
	if err := g.Run(context.Background(), task); err != nil {
		t.Fatal(err)
	}
	if left := g.Leftovers(context.Background(), 0); len(left) != 1 || left[0] != "i0.12" {
		t.Errorf("left over: %v, want i0.12", left)
	}
	close(block)
}

func TestTheGoroutinesOfATaskAreFoundUntilTheyEnd(t *testing.T) {
	log := trace.New(nowFixed, nowFixed)
	g := gate.New(gate.Options{Log: log, Now: nowFixed})
	other := gate.New(gate.Options{Log: log, Now: nowFixed})
	block, started := make(chan struct{}), make(chan struct{})
	task := &gate.Task{Actor: g.Actor("echo"), ID: "i7", Do: func(context.Context) {
		go func() {
			go func() { // labels are inherited over generations
				close(started)
				<-block
			}()
		}()
		<-started
	}}
	if err := g.Run(context.Background(), task); err != nil {
		t.Fatal(err)
	}
	if left := g.Leftovers(context.Background(), 0); len(left) != 1 || left[0] != "i7" {
		t.Errorf("left over: %v, want i7", left)
	}
	if left := other.Leftovers(context.Background(), 0); len(left) != 0 {
		t.Errorf("another gate counts them as its own: %v", left)
	}
	close(block)
	if left := g.Leftovers(context.Background(), gate.DefaultWatchdog); len(left) != 0 {
		t.Errorf("left over after the end: %v", left)
	}
}
