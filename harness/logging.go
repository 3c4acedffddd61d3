package harness

import (
	"context"
	"log/slog"
	"regexp"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// logHandler puts what a handler logs into the trace of its run.
type logHandler struct {
	log   *trace.Log
	actor string
	attrs string
	group string
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
	h.log.Append(trace.Event{Kind: trace.HandlerLog, Actor: h.actor, Note: stable(b.String())})
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

// requestID is what AWS's errors carry and two runs never share.
var requestID = regexp.MustCompile(`(?i)(, )?request ?id: [0-9a-z-]+`)

// stable takes out of a text what differs between two runs of one scenario.
func stable(text string) string { return requestID.ReplaceAllString(text, "") }
