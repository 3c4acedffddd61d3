package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

type helpCommand struct {
	projectFlags
	Topic string `arg:"" optional:"" help:"A topic, a command, a control of scenarios (kill, advance), or a mutation of the project."`
}

// Run implements kong's command.
func (c *helpCommand) Run(env *environment, code *int) error {
	if c.Topic == "" {
		return c.list(env)
	}
	if t, ok := topicOf(c.Topic); ok {
		text, err := t.text()
		if err != nil {
			return err
		}
		_, err = io.WriteString(env.out, text)
		return err
	}
	if text, ok := controlText(c.Topic); ok {
		_, err := io.WriteString(env.out, text)
		return err
	}
	if slices.Contains(commandNames(), c.Topic) {
		*code = run([]string{c.Topic, "--help"}, env)
		return nil
	}
	project, err := c.project(env)
	if err == nil {
		for _, m := range append(slices.Clone(project.Mutations), project.Seeds...) {
			if m.Name == c.Topic {
				return mutationText(env.out, m)
			}
		}
	}
	return usage{fmt.Errorf("help: no topic, command, control or mutation %q: stillwater help lists them", c.Topic)}
}

// list names all there is to ask about.
func (c *helpCommand) list(env *environment) error {
	table := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
	for _, t := range topics() {
		line, err := t.synopsis()
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\n", t.name, line)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "\ncontrols of scenarios: %s\n", strings.Join(controlNames(), ", "))
	if project, err := c.project(env); err == nil {
		var names []string
		for _, m := range project.Mutations {
			names = append(names, m.Name)
		}
		if len(names) > 0 {
			slices.Sort(names)
			fmt.Fprintf(env.out, "mutations of this project: %s\n", strings.Join(names, ", "))
		}
	}
	fmt.Fprintf(env.out, "commands: %s\n\nnext: stillwater help scenario\n", strings.Join(commandNames(), ", "))
	return nil
}

// mutationText is what a mutation does and which arguments it takes.
func mutationText(w io.Writer, m harness.Mutation) error {
	fmt.Fprintf(w, "%s\n\n    - %s: {", m.Doc, m.Name)
	arguments := scenario.Arguments(m.Verb)
	for i, a := range arguments {
		if i > 0 {
			fmt.Fprint(w, ", ")
		}
		fmt.Fprintf(w, "%s: …", a.Name)
	}
	fmt.Fprint(w, "}\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range arguments {
		must := "required"
		if a.Optional {
			must = "may be left out"
		}
		if len(a.Choices) > 0 {
			must += "; one of " + strings.Join(a.Choices, ", ")
		}
		fmt.Fprintf(table, "    %s\t%s\n", a.Name, must)
	}
	return table.Flush()
}
