package cli

import (
	"cmp"
	"errors"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/report"
	"github.com/stillwater-streams/stillwater/harness/runs"
)

type whyCommand struct {
	projectFlags
	Words []string `arg:"" name:"path" help:"SCENARIO#LABEL/PATH, as in vulnerabilities/closing_one#FIN#f1/status; or LABEL/PATH of the last run, after which last may stand."`
}

// Run implements kong's command.
func (c *whyCommand) Run(env *environment, _ *int) error {
	root, err := c.folder()
	if err != nil {
		return err
	}
	words := c.Words
	if len(words) > 1 && words[0] == "last" {
		words = words[1:]
	}
	name, path := report.WhyArgument(strings.Join(words, " "))
	result, err := runs.Open(runsDir(root), cmp.Or(name, runs.Latest))
	if errors.Is(err, runs.ErrNone) {
		return usage{err}
	}
	if err != nil {
		return err
	}
	if err := report.Why(env.out, result, path); err != nil {
		return usage{err}
	}
	return nil
}
