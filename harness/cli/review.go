package cli

import (
	"fmt"
	"os"

	"github.com/stillwater-streams/stillwater/harness/review"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

type reviewCommand struct {
	projectFlags
	quiet bool // after a run, which has said it when nothing is pending
}

// Run implements kong's command. The exit code tells whether something is left.
func (c *reviewCommand) Run(env *environment, code *int) error {
	o, err := c.options(env)
	if err != nil {
		return err
	}
	pending, err := review.Pending(o)
	if err != nil {
		return err
	}
	if len(pending) == 0 {
		if !c.quiet {
			fmt.Fprintln(env.out, "nothing is pending")
		}
		return nil
	}
	if !isTerminal(env.out) || !isTerminal(os.Stdin) || env.getenv("TERM") == "dumb" {
		*code = exitDiffers
		if err := review.WriteText(env.out, pending); err != nil {
			return err
		}
		_, err := fmt.Fprintf(env.out, "%s pending; nothing was written: there is no terminal to review them on. Accept by name as above, or all: stillwater accept --all\n", plural(len(pending), "snapshot"))
		return err
	}
	decided, err := review.Screen(env.ctx, os.Stdin, env.out, o, pending)
	if err != nil {
		return err
	}
	left := len(pending) - len(decided.Accepted) - len(decided.Rejected)
	fmt.Fprintf(env.out, "%d accepted, %d rejected, %d left\n", len(decided.Accepted), len(decided.Rejected), left)
	if left+len(decided.Rejected) > 0 {
		*code = exitDiffers
	}
	return nil
}

// options are those of package review.
func (f projectFlags) options(env *environment) (review.Options, error) {
	root, err := f.folder()
	return review.Options{Root: root, ReadOnly: snapshot.InCI(env.getenv)}, err
}
