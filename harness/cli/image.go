package cli

import "fmt"

type imageCommand struct{}

// Run implements kong's command.
func (imageCommand) Run(env *environment, _ *int) error {
	name, err := env.team.Image(env.ctx, env.progress)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.out, "image %s is there\n", name)
	return nil
}
