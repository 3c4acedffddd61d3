package choose

import (
	"context"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// StartWith is Start on another computer.
func StartWith(ctx context.Context, which string, getenv func(string) string, progress func(string), container func(context.Context, func(string)) (engine.Engine, error)) (engine.Engine, error) {
	return starter{getenv, progress, container}.start(ctx, which)
}
