package harness

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// fault is something that a step of the scenario makes go wrong later.
type fault struct {
	id      trace.ID
	step    scenario.Step
	trigger string
	times   int
	done    int // so often it has happened
}

func (f *fault) pending() bool { return f.done < f.times }

// faults are those of a run, in the order of their steps.
type faults []*fault

// arm readies a fault of the scenario.
func (a *attempt) arm(s scenario.Step) error {
	f := &fault{step: s, times: 1}
	switch c := s.Control.(type) {
	case scenario.Fail:
		f.trigger, f.times = c.Trigger, c.Times
	case scenario.Throttle:
		f.trigger, f.times = c.Trigger, c.Times
	case scenario.FailCall:
		f.trigger, f.times = c.Trigger, c.Times
	case scenario.TimeOut:
		f.trigger = c.Trigger
	case scenario.Kill:
		f.trigger = c.Trigger
	case scenario.DeliverAgain:
		f.trigger, f.times = c.Trigger, c.Times
	default:
		return fmt.Errorf("this harness does not know the control %T", s.Control)
	}
	f.times = max(f.times, 1)
	if !a.runs(f.trigger) {
		return fmt.Errorf("trigger %s does not run in this scenario: name it under triggers, and leave it enabled", f.trigger)
	}
	f.id = a.log.Mint(trace.TypeFault)
	a.faults = append(a.faults, f)
	return nil
}

// runs reports whether a trigger gets records in this scenario.
func (a *attempt) runs(trigger string) bool {
	for _, s := range a.mappings {
		if s.trigger.Mapping.Trigger == trigger {
			return true
		}
	}
	return false
}

// happen notes that a fault takes effect on what has that id.
func (a *attempt) happen(f *fault, on trace.ID, what string) {
	f.done++
	if f.times > 1 {
		what += fmt.Sprintf(" (%d of %d)", f.done, f.times)
	}
	a.log.Append(trace.Event{
		Kind: trace.Fault, ID: f.id, Actor: f.trigger, Cause: []trace.ID{on}, Ref: ref(f.step), Note: what,
	})
}

// invocation is what the next invocation of a trigger has to suffer: a fail, a
// throttle or a time_out, the first that has not happened yet. nil is nothing.
func (fs faults) invocation(trigger string) *fault {
	for _, f := range fs {
		switch f.step.Control.(type) {
		case scenario.Fail, scenario.Throttle, scenario.TimeOut:
			if f.trigger == trigger && f.pending() {
				return f
			}
		}
	}
	return nil
}

// pendingFault is the first fault of a kind that waits for a trigger; nil without
// one.
func pendingFault[C scenario.Control](fs faults, trigger string) *fault {
	for _, f := range fs {
		if _, ok := f.step.Control.(C); ok && f.trigger == trigger && f.pending() {
			return f
		}
	}
	return nil
}

// unhappened is the error of the first fault that did not happen, or not as often
// as it should: a scenario that names a fault is not about a run without it.
func (fs faults) unhappened() error {
	for _, f := range fs {
		switch {
		case f.done == 0:
			return &StepError{Step: f.step, Err: errors.New("never happened: " + f.reason())}
		case f.pending():
			return &StepError{Step: f.step, Err: fmt.Errorf("happened %d of %d times: %s", f.done, f.times, f.reason())}
		}
	}
	return nil
}

// reason says what did not come.
func (f *fault) reason() string {
	switch c := f.step.Control.(type) {
	case scenario.FailCall:
		op := c.Operation
		if op == "" {
			op = "AWS"
			if _, http := callError(c.Error); http {
				op = "HTTP"
			}
		}
		return fmt.Sprintf("%s made no more %s calls after this step", f.trigger, op)
	case scenario.TimeOut:
		return fmt.Sprintf("no invocation of %s after this step made %d calls", f.trigger, c.Call)
	case scenario.StaleReads:
		return "nobody made more eventually consistent reads, or reads of an index, after this step"
	case scenario.DeliverAgain:
		return fmt.Sprintf("no more batches of %s succeeded after this step", f.trigger)
	}
	return fmt.Sprintf("there were no more invocations of %s after this step", f.trigger)
}

// decide is the gate's question about a call: what the faults of the scenario make
// of it. Writers of the scenario are spared.
func (a *attempt) decide(c gate.Call) error {
	i := a.running[c.Task]
	if i == nil || i.extra {
		return nil
	}
	if f := i.fault; f != nil && f.pending() {
		if t, ok := f.step.Control.(scenario.TimeOut); ok && c.N == max(t.Call, 1) {
			a.happen(f, c.Task, fmt.Sprintf("times out at call %d, %s", c.N, c.Op))
			return gate.ErrTimeOut
		}
	}
	for _, f := range a.faults {
		fc, ok := f.step.Control.(scenario.FailCall)
		if !ok || !f.pending() || f.trigger != c.Actor || fc.Operation != "" && fc.Operation != c.Op {
			continue
		}
		if err, http := callError(fc.Error); http == c.HTTP {
			a.happen(f, c.Task, fmt.Sprintf("%s is answered with %s", c.Op, fc.Error))
			return err
		}
	}
	return nil
}

// callError is how a call ends that a fault answers; http says that it is the end
// of an HTTP request: a status, or a failure of the connection as net has it.
func callError(name string) (err error, http bool) {
	if status, err := strconv.Atoi(name); err == nil {
		return &gate.HTTPStatus{Code: status}, true
	}
	failed := func(why error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: why} }
	switch name {
	case "ConnectionRefused":
		return failed(syscall.ECONNREFUSED), true
	case "ConnectionReset":
		return failed(syscall.ECONNRESET), true
	case "Timeout":
		return failed(os.ErrDeadlineExceeded), true
	}
	return serviceError(name), false
}

// serviceError is an error of the service as the SDK hands it to a caller, after
// its own retries.
func serviceError(code string) error {
	status := http.StatusBadRequest
	if code == "InternalServerError" || code == "ServiceUnavailable" {
		status = http.StatusInternalServerError
	}
	return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: http.Header{}}},
		Err:      typedError(code),
	}}
}

// typedError is the type that the SDK has for an error of DynamoDB.
func typedError(code string) error {
	const message = "made to fail by the scenario"
	text := message
	switch code {
	case "ConditionalCheckFailedException":
		return &types.ConditionalCheckFailedException{Message: &text}
	case "ProvisionedThroughputExceededException":
		return &types.ProvisionedThroughputExceededException{Message: &text}
	case "ThrottlingException":
		return &types.ThrottlingException{Message: &text}
	case "RequestLimitExceeded":
		return &types.RequestLimitExceeded{Message: &text}
	case "InternalServerError":
		return &types.InternalServerError{Message: &text}
	case "ItemCollectionSizeLimitExceededException":
		return &types.ItemCollectionSizeLimitExceededException{Message: &text}
	case "ResourceNotFoundException":
		return &types.ResourceNotFoundException{Message: &text}
	case "TransactionCanceledException":
		return &types.TransactionCanceledException{Message: &text}
	case "TransactionConflictException":
		return &types.TransactionConflictException{Message: &text}
	case "TransactionInProgressException":
		return &types.TransactionInProgressException{Message: &text}
	case "IdempotentParameterMismatchException":
		return &types.IdempotentParameterMismatchException{Message: &text}
	case "LimitExceededException":
		return &types.LimitExceededException{Message: &text}
	case "ReplicatedWriteConflictException":
		return &types.ReplicatedWriteConflictException{Message: &text}
	}
	return &smithy.GenericAPIError{Code: code, Message: message}
}
