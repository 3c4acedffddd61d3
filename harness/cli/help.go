package cli

import "errors"

type helpCommand struct {
	projectFlags
	Topic []string `arg:"" optional:"" help:"A topic, or a mutation of the project."`
}

// Run implements kong's command.
func (c *helpCommand) Run(env *environment, _ *int) error { return usage{errors.New("not yet")} }
