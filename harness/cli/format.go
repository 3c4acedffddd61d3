package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
)

// summaryVariable names the file that GitHub shows as the summary of a job.
const summaryVariable = "GITHUB_STEP_SUMMARY"

// format is how results are printed. done closes what it wrote to beside the
// output.
func (c *runCommand) format(env *environment, p harness.Project) (f report.Format, done func() error, err error) {
	done = func() error { return nil }
	switch c.Format {
	case "json":
		return report.JSON(env.out), done, nil
	case "junit":
		return report.JUnit(env.out), done, nil
	case "github":
		return c.github(env, p)
	}
	f = report.Text(env.out, report.TextOptions{Whole: c.Timeline, Color: env.color()})
	if c.Review {
		f = briefly{f, env.out}
	}
	return f, done, nil
}

// github appends the summary where the job wants it.
func (c *runCommand) github(env *environment, p harness.Project) (report.Format, func() error, error) {
	o := report.GitHubOptions{Folder: inRepository(p.Root)}
	name := env.getenv(summaryVariable)
	if name == "" {
		return report.GitHub(env.out, o), func() error { return nil }, nil
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, nil, err
	}
	o.Summary = file
	f := report.GitHub(env.out, o)
	return closing{f, file}, func() error { return nil }, nil
}

// closing closes a file with the format that writes to it.
type closing struct {
	report.Format
	file io.Closer
}

func (c closing) Close() error {
	err := c.Format.Close()
	if closed := c.file.Close(); err == nil {
		err = closed
	}
	return err
}

// briefly prints a line for what differs: whoever reviews next sees the rest there.
type briefly struct {
	report.Format
	out io.Writer
}

func (b briefly) Add(r *harness.Result) error {
	if r.Outcome == harness.Differs {
		return report.Line(b.out, r)
	}
	return b.Format.Add(r)
}

// inRepository is the folder of a project in the repository that it is part of:
// what annotations have to begin with. "" where it is the repository, or there is
// none.
func inRepository(root string) string {
	full, err := filepath.Abs(root)
	if err != nil {
		return ""
	}
	for dir := full; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			below, err := filepath.Rel(dir, full)
			if err != nil || below == "." {
				return ""
			}
			return strings.TrimSuffix(filepath.ToSlash(below), "/")
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}
