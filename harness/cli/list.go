package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

type listCommand struct {
	projectFlags
	Names []string `arg:"" optional:"" help:"Scenarios: names, files or patterns; all without."`
	JSON  bool     `name:"json" help:"Print one JSON object a line."`
}

// listed is a line of stillwater list --json.
type listed struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	File    string   `json:"file"`
	Fixture string   `json:"fixture,omitempty"`
	Steps   int      `json:"steps"`
	Observe []string `json:"observe"`
	Needs   []string `json:"needs,omitempty"`
}

// Run implements kong's command.
func (c *listCommand) Run(env *environment, _ *int) error {
	l, err := c.load(env, c.Names)
	if err != nil {
		return err
	}
	if c.JSON {
		lines := json.NewEncoder(env.out)
		for _, s := range l.chosen {
			if err := lines.Encode(describe(s)); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
	for _, s := range l.chosen {
		fmt.Fprintf(table, "%s\t%s\n", s.Name, s.Title)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(env.out, "%s; run one: stillwater run NAME\n", plural(len(l.chosen), "scenario"))
	return nil
}

func describe(s *scenario.Scenario) listed {
	d := listed{Name: s.Name, Title: s.Title, File: s.Path, Steps: len(s.Steps), Observe: s.Observe, Needs: s.Needs}
	if s.Fixture != nil {
		d.Fixture = s.Fixture.Name
	}
	return d
}

// plural is a number of things: "1 scenario", "2 scenarios".
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
