package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/incident"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

type importCommand struct {
	projectFlags
	Event string `arg:"" help:"File with the JSON of the event that the function got; - is the standard input."`
	Name  string `help:"Name of the scenario; without, incidents/ and that of the file." placeholder:"NAME"`
	Table string `help:"Table of the project that stands for that of the event." placeholder:"NAME"`
	Keep  bool   `name:"keep-personal-data" help:"Replace nothing: for events that hold no personal data."`
}

// Run implements kong's command.
func (c *importCommand) Run(env *environment, _ *int) error {
	project, err := c.project(env)
	if err != nil {
		return err
	}
	o := incident.Options{Name: c.name(), Tables: tableNames(project), Table: c.Table, KeepPersonal: c.Keep}
	if err := snapshot.CheckName(o.Name); err != nil {
		return usage{fmt.Errorf("--name %s: %w", o.Name, err)}
	}
	if _, err := project.Load(); mistakes(err) { // what is wrong after this is the import's
		return usage{err}
	}
	result, err := c.read(o)
	if err != nil {
		return usage{err}
	}
	for _, text := range []*[]byte{&result.Fixture, &result.Scenario} {
		if formatted, err := scenario.Format("", *text); err == nil {
			*text = formatted
		}
	}
	files := []imported{
		{filepath.Join(project.Root, "fixtures", filepath.FromSlash(o.Name)+".yaml"), result.Fixture},
		{filepath.Join(project.Root, "scenarios", filepath.FromSlash(o.Name)+".yaml"), result.Scenario},
	}
	if err := write(files); err != nil {
		return err
	}
	if _, err := project.Load(); err != nil {
		for _, f := range files {
			_ = os.Remove(f.name)
		}
		return usage{fmt.Errorf("what the event gives does not load, and was removed again:\n%w", err)}
	}
	c.print(env, o, result, files)
	return nil
}

// name is that of the scenario, of characters that a snapshot may have.
func (c *importCommand) name() string {
	if c.Name != "" {
		return strings.TrimSuffix(c.Name, ".yaml")
	}
	base := strings.ToLower(strings.TrimSuffix(filepath.Base(c.Event), filepath.Ext(c.Event)))
	base = strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(base, "_"), "_")
	if base == "" {
		base = "event"
	}
	return path.Join("incidents", base)
}

func (c *importCommand) read(o incident.Options) (incident.Result, error) {
	var from io.Reader = os.Stdin
	if c.Event != "-" {
		file, err := os.Open(c.Event)
		if err != nil {
			return incident.Result{}, err
		}
		defer file.Close()
		from = file
	}
	return incident.Import(from, o)
}

func tableNames(p harness.Project) []string {
	var names []string
	for _, t := range p.Tables {
		names = append(names, aws.ToString(t.TableName))
	}
	return names
}

// imported is a file to write.
type imported struct {
	name string
	text []byte
}

// write writes new files, or none if one of them exists.
func write(files []imported) error {
	for _, f := range files {
		if _, err := os.Lstat(f.name); err == nil {
			return usage{fmt.Errorf("%s exists, and nothing was written: choose another --name", f.name)}
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(f.name, f.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (c *importCommand) print(env *environment, o incident.Options, r incident.Result, files []imported) {
	for _, f := range files {
		fmt.Fprintf(env.out, "  %s\n", filepath.ToSlash(f.name))
	}
	for _, note := range r.Notes {
		fmt.Fprintf(env.out, "note: %s\n", note)
	}
	switch {
	case c.Keep:
		fmt.Fprintln(env.out, "personal data: nothing was replaced, as asked")
	case len(r.Replaced) == 0:
		fmt.Fprintln(env.out, "personal data: none was found")
	default:
		var parts []string
		for _, kind := range sortedKeys(r.Replaced) {
			parts = append(parts, fmt.Sprintf("%d × %s", r.Replaced[kind], kind))
		}
		fmt.Fprintf(env.out, "personal data: replaced %s\n", strings.Join(parts, ", "))
	}
	const most = 10
	if len(r.Kept) > 0 {
		list := r.Kept
		more := ""
		if len(list) > most {
			list, more = list[:most], fmt.Sprintf(" and %d more", len(list)-most)
		}
		fmt.Fprintf(env.out, "kept as they are, look through them before you commit: %s%s\n", strings.Join(list, ", "), more)
	}
	fmt.Fprintf(env.out, "%s imported; next: stillwater run %s\n", plural(r.Records, "record"), o.Name)
}
