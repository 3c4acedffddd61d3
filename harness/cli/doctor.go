package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/stillwater-streams/stillwater/harness/engine"
)

// enoughDisk is what an image, its build and a few containers take, generously.
const enoughDisk = 2 << 30

type doctorCommand struct {
	projectFlags
	JSON bool `name:"json" help:"Print one JSON object a line."`
}

// Run implements kong's command. It fails for what keeps the container engine from
// running; a project is looked at where there is one.
func (c *doctorCommand) Run(env *environment, code *int) error {
	checks := env.team.Examine(env.ctx)
	checks = append(checks, disk(os.TempDir()), c.examine(env))
	wrong := 0
	for _, check := range checks {
		if !check.OK {
			wrong++
			*code = exitEnvironment
		}
	}
	if c.JSON {
		lines := json.NewEncoder(env.out)
		for _, check := range checks {
			if err := lines.Encode(check); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
	for _, check := range checks {
		mark := "✓"
		if !check.OK {
			mark = "✗"
		}
		fmt.Fprintf(table, "%s %s\t%s\n", mark, check.Name, check.Found)
		if check.Do != "" {
			fmt.Fprintf(table, "  \t→ %s\n", check.Do)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if wrong > 0 {
		fmt.Fprintf(env.out, "%s to see to: what to do stands behind each →\n", plural(wrong, "thing"))
	} else {
		fmt.Fprintln(env.out, "all is well; next: stillwater run")
	}
	return nil
}

// disk looks at the space for temporary files, where images are built.
func disk(dir string) engine.Check {
	free, known := freeBytes(dir)
	switch {
	case !known:
		return engine.Check{Name: "disk", OK: true, Found: "how much is free in " + dir + " is not known on this system"}
	case free < enoughDisk:
		return engine.Check{Name: "disk", Found: fmt.Sprintf("%.1f GB free in %s", gigabytes(free), dir),
			Do: fmt.Sprintf("make room: the image and its containers take up to %.0f GB (docker system prune removes what is unused)", gigabytes(enoughDisk))}
	}
	return engine.Check{Name: "disk", OK: true, Found: fmt.Sprintf("%.1f GB free in %s", gigabytes(free), dir)}
}

func gigabytes(n uint64) float64 { return float64(n) / (1 << 30) }

// examine looks at the project: to have none is no illness.
func (c *doctorCommand) examine(env *environment) engine.Check {
	check := engine.Check{Name: "project"}
	project, err := c.project(env)
	if errors.As(err, new(noProject)) {
		check.OK, check.Found = true, "none here"
		check.Do = "go to one, or begin one: stillwater init"
		return check
	}
	if err == nil {
		_, err = project.Load()
	}
	if err != nil {
		check.Found, check.Do = "has mistakes", "stillwater check shows them"
		return check
	}
	check.OK = true
	check.Found = fmt.Sprintf("%s, %s, %s", plural(len(project.Tables), "table"), plural(len(project.Triggers), "trigger"), plural(len(project.Mutations), "mutation"))
	return check
}
