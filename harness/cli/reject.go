package cli

import "github.com/stillwater-streams/stillwater/harness/review"

type rejectCommand struct {
	projectFlags
	All   bool     `help:"All that is pending."`
	Names []string `arg:"" optional:"" help:"Scenarios, patterns, folders, or files of scenarios, snapshots or pending results."`
}

// Run implements kong's command.
func (c *rejectCommand) Run(env *environment, _ *int) error {
	o, err := c.options(env)
	if err != nil {
		return err
	}
	wanted, err := named("reject", o, c.Names, c.All)
	if err != nil {
		return err
	}
	names, err := review.Reject(o, wanted...)
	return decided(env, "rejected", "the snapshots are as they were: correct the trigger or the scenario", names, err)
}
