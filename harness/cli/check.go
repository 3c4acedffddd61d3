package cli

import "fmt"

type checkCommand struct {
	projectFlags
	Names []string `arg:"" optional:"" help:"Files outside scenarios/ to check, too; those of the project are always checked."`
}

// Run implements kong's command. It needs no engine: what it finds is in files.
func (c *checkCommand) Run(env *environment, _ *int) error {
	l, err := c.load(env, c.Names)
	if err != nil {
		return err
	}
	for _, a := range l.project.Advice() {
		fmt.Fprintf(env.out, "%s\n", a)
	}
	fixtures := map[string]bool{}
	for _, s := range l.all {
		if s.Fixture != nil {
			fixtures[s.Fixture.Path] = true
		}
	}
	fmt.Fprintf(env.out, "%s over %s: no mistake\n", plural(len(l.all), "scenario"), plural(len(fixtures), "fixture"))
	return nil
}
