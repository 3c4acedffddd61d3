package cli

import (
	"errors"

	"github.com/stillwater-streams/stillwater/harness"
)

func (c *runCommand) watch(env *environment, h *harness.Harness, l loaded) error {
	return usage{errors.New("not yet")}
}
