package cli

import "github.com/stillwater-streams/stillwater/harness/review"

type pendingCommand struct {
	projectFlags
	JSON bool `name:"json" help:"Print one JSON document."`
}

// Run implements kong's command. What is pending is a difference: the exit code
// says so.
func (c *pendingCommand) Run(env *environment, code *int) error {
	o, err := c.options(env)
	if err != nil {
		return err
	}
	pending, err := review.Pending(o)
	if err != nil {
		return err
	}
	if len(pending) > 0 {
		*code = exitDiffers
	}
	if c.JSON {
		return review.WriteJSON(env.out, pending)
	}
	return review.WriteText(env.out, pending)
}
