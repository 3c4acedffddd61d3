package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/gate"
)

// handler runs the handler of one execution environment, behind the gate.
type handler struct {
	daemon  *daemon
	env     consumer.Environment
	actor   *gate.Actor
	build   func(harness.Environment) (any, error)
	handler any // nil before the cold start
}

func (d *daemon) newHandler(t harness.Trigger) func(consumer.Environment) (any, error) {
	return func(e consumer.Environment) (any, error) {
		return &handler{daemon: d, env: e, actor: d.gate.Actor(t.Mapping.Trigger), build: t.New}, nil
	}
}

var errNoReturn = errors.New("daemon: the handler neither returned nor panicked")

// Invoke implements lambda.Handler. A panic passes through: the consumer makes a
// function error of it, with the handler's own frames.
func (h *handler) Invoke(ctx context.Context, payload []byte) (response []byte, err error) {
	running, _ := h.env.Invocation()
	i := h.daemon.causes.of(running.RequestID)
	done := h.daemon.sink.Run(h.env.Mapping.Trigger + " " + string(i.id))
	defer done()
	err = errNoReturn
	h.daemon.gate.Do(ctx, &gate.Task{Actor: h.actor, ID: i.id, Depth: i.depth, Do: func(ctx context.Context) {
		response, err = h.call(ctx, payload)
	}})
	return response, err
}

// call calls the team's handler, which it builds first in a cold start.
func (h *handler) call(ctx context.Context, payload []byte) ([]byte, error) {
	if h.handler == nil {
		built, err := h.build(h.daemon.given(h.env.Mapping.Trigger, h.actor))
		if err != nil {
			return nil, fmt.Errorf("cold start: %w", err)
		}
		if _, err := consumer.NewFunction(built); err != nil { // it is called below, for an error of its own to keep its type
			return nil, fmt.Errorf("cold start: %w", err)
		}
		h.handler = built
	}
	return lambda.NewHandler(h.handler).Invoke(ctx, payload)
}

// logger prints what a handler logs.
func (d *daemon) logger(trigger string) *slog.Logger {
	return slog.New(slog.NewTextHandler(logLines{d, trigger}, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) == 0 && a.Key == slog.TimeKey {
				return slog.Attr{} // each line has one
			}
			return a
		},
	}))
}

// logLines prints each write, which slog makes of a whole record.
type logLines struct {
	daemon  *daemon
	trigger string
}

func (l logLines) Write(text []byte) (int, error) {
	l.daemon.print(Line{Event: EventLog, Trigger: l.trigger, Text: string(bytes.TrimSuffix(text, []byte("\n")))})
	return len(text), nil
}
