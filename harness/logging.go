package harness

import (
	"context"
	"log/slog"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/gate"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// logHandler puts what a handler logs into the trace of its run, under the
// invocation it runs. What it logs after the end of that has no place there.
type logHandler struct {
	log     *trace.Log
	actor   *gate.Actor
	trigger string
	attrs   string
	group   string
}

// Enabled implements slog.Handler.
func (h *logHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Level.String() + " " + r.Message + h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		b.WriteString(" " + h.group + a.String())
		return true
	})
	if task := h.actor.Task(); task != nil && !task.Ended() {
		h.log.Append(trace.Event{Kind: trace.HandlerLog, Actor: h.trigger, Cause: []trace.ID{task.ID}, Note: b.String()})
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clone := *h
	for _, a := range attrs {
		clone.attrs += " " + h.group + a.String()
	}
	return &clone
}

// WithGroup implements slog.Handler.
func (h *logHandler) WithGroup(name string) slog.Handler {
	clone := *h
	clone.group += name + "."
	return &clone
}
