package observability

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/bugsnag/bugsnag-go/v2"
	bugsnagerrors "github.com/bugsnag/bugsnag-go/v2/errors"
)

// toBugsnag delivers each error by itself and waits for it: a function that is
// frozen delivers nothing.
type toBugsnag struct {
	config  bugsnag.Configuration
	trigger string
}

func newBugsnag(o Options, log *slog.Logger) toBugsnag {
	return toBugsnag{trigger: o.Trigger, config: bugsnag.Configuration{
		APIKey:    o.Bugsnag.APIKey,
		Endpoints: bugsnag.Endpoints{Notify: o.Bugsnag.Endpoint},
		AppType:   Project, AppVersion: o.Version, ReleaseStage: o.Stage,
		Hostname:            "lambda",
		ProjectPackages:     []string{"main*", "github.com/stillwater-streams/stillwater/**"},
		AutoCaptureSessions: false,
		Synchronous:         true,
		Transport:           o.transport(),
		Logger:              debugLog{log},
		// Its own one starts the process a second time to watch the first.
		PanicHandler: func() {},
	}}
}

func (b toBugsnag) deliver(ctx context.Context, f failure) error {
	// Not bugsnag.Configure: that one is of the whole process, and for ever.
	config := b.config
	config.Transport = bound{ctx, b.config.Transport}
	state := bugsnag.HandledState{SeverityReason: bugsnag.SeverityReasonHandledError, OriginalSeverity: bugsnag.SeverityError, Unhandled: f.unhandled}
	if f.unhandled {
		state.SeverityReason = bugsnag.SeverityReasonUnhandledError
	}
	var subject any = f.err
	if f.panicked != nil {
		state.SeverityReason = bugsnag.SeverityReasonUnhandledPanic
		// The frames of the panic are still below the deferred function that reports.
		subject = f.panicked
	}
	about := map[string]any{"name": b.trigger}
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		about["request_id"] = invocation.AwsRequestID
	}
	if err := bugsnag.New(config).NotifySync(bugsnagerrors.New(subject, 1), true, state,
		bugsnag.ErrorClass{Name: f.class}, bugsnag.Context{String: b.trigger}, bugsnag.MetaData{"trigger": about}); err != nil {
		return fmt.Errorf("bugsnag: %w", err)
	}
	return nil
}

// bound ends requests with a context: bugsnag-go makes them without any.
type bound struct {
	ctx  context.Context
	next http.RoundTripper
}

func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.next.RoundTrip(r.WithContext(b.ctx))
}

// debugLog takes what bugsnag-go says about itself.
type debugLog struct{ log *slog.Logger }

func (l debugLog) Printf(format string, args ...any) {
	l.log.Debug(fmt.Sprintf(format, args...))
}
