package cli

import "github.com/stillwater-streams/stillwater/harness/scenario"

type schemaCommand struct {
	projectFlags
	Fixture bool `help:"That of fixture files."`
}

// Run implements kong's command.
func (c *schemaCommand) Run(env *environment, _ *int) error {
	project, err := c.project(env)
	if err != nil {
		return err
	}
	schema := scenario.Schema(project.Vocabulary())
	if c.Fixture {
		schema = scenario.FixtureSchema(project.Vocabulary())
	}
	_, err = env.out.Write(schema)
	return err
}
