package report

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// GitHubOptions say where [GitHub] writes what; the zero value works.
type GitHubOptions struct {
	// Folder is that of the project in its repository, with forward slashes: it
	// goes before the paths of annotations. "" is the repository itself.
	Folder string
	// Summary takes the summary of the job, in Markdown: the file that
	// GITHUB_STEP_SUMMARY names. nil: none is written.
	Summary io.Writer
}

// GitHub gives a run as annotations of GitHub Actions, each on the line of YAML
// that caused what differs, and a summary of the job.
func GitHub(w io.Writer, o GitHubOptions) Format { return &github{w: w, o: o} }

type github struct {
	w        io.Writer
	o        GitHubOptions
	outcomes [harness.Skipped + 1]int
	failures strings.Builder // for the summary
}

func (g *github) Add(r *harness.Result) error {
	g.outcomes[r.Outcome]++
	if !r.Outcome.Failed() {
		return Line(g.w, r)
	}
	var text strings.Builder
	if err := Failure(&text, r, false); err != nil {
		return err
	}
	fmt.Fprintf(&g.failures, "\n<details><summary>✗ %s: %s</summary>\n\n%s\n</details>\n", r.Scenario.Name, verdict(r), fenced(text.String()))
	if _, err := fmt.Fprintf(g.w, "::group::✗ %s   %s\n%s::endgroup::\n", r.Scenario.Name, verdict(r), stopped(text.String())); err != nil {
		return err
	}
	for _, a := range annotations(r) {
		properties := []string{"file=" + property(path.Join(g.o.Folder, a.file))}
		if a.line != "" {
			properties = append(properties, "line="+property(a.line))
		}
		properties = append(properties, "title="+property(r.Scenario.Name+": "+verdict(r)))
		if _, err := fmt.Fprintf(g.w, "::error %s::%s\n", strings.Join(properties, ","), data(strings.Join(a.text, "\n"))); err != nil {
			return err
		}
	}
	return nil
}

// stopped keeps a report from being read as commands: none of its lines begins
// with two colons.
func stopped(text string) string { return strings.ReplaceAll(text, "\n::", "\n ::") }

// fenced is a text as a block of Markdown.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "text\n" + text + fence + "\n"
}

// annotation is what is shown at one line of a file.
type annotation struct {
	file, line string
	text       []string
}

// shownAnnotations is how many one scenario gets: GitHub shows ten of a step.
const shownAnnotations = 5

// annotations tie what went wrong to lines: changed lines to the step or the entry
// of the fixture that caused them, an error to its place.
func annotations(r *harness.Result) []annotation {
	if r.Outcome != harness.Differs {
		return []annotation{{r.Scenario.Path, errorLine(r), []string{message(r), Rerun(r)}}}
	}
	var list []annotation
	causes := r.Causes()
	for i, d := range r.Snapshot.Diff {
		if causes[i].Kind == harness.NoCause {
			continue
		}
		file, line := causeLine(r, causes[i])
		at := slices.IndexFunc(list, func(a annotation) bool { return a.file == file && a.line == line })
		if at < 0 {
			at, list = len(list), append(list, annotation{file: file, line: line})
		}
		list[at].text = append(list[at].text, string(d.Op)+" "+strings.TrimSpace(d.Text)+"  "+causes[i].String())
	}
	if len(list) == 0 {
		list = []annotation{{file: r.Scenario.Path, text: []string{verdict(r), Rerun(r)}}}
	}
	return list[:min(len(list), shownAnnotations)]
}

// causeLine is the line of YAML at the end of a cause: of the scenario's file, or
// of its fixture. What was not written is shown at the step whose record somebody
// received.
func causeLine(r *harness.Result, c harness.Cause) (file, line string) {
	var root trace.Event
	switch {
	case c.Kind == harness.NotWritten && len(c.Receptions) > 0:
		chain := r.Log.Chain(c.Receptions[0].Records[0])
		root = chain[len(chain)-1]
	case len(c.Chain) > 0:
		root = c.Chain[len(c.Chain)-1].Event
	}
	return refLine(r, root)
}

func refLine(r *harness.Result, root trace.Event) (file, line string) {
	name, line, found := strings.Cut(root.Ref, ":")
	switch {
	case !found:
		return r.Scenario.Path, ""
	case root.ID.FromFixture() && r.Scenario.Fixture != nil && path.Base(r.Scenario.Fixture.Path) == name:
		return r.Scenario.Fixture.Path, line
	case root.ID.FromFixture():
		return path.Join("fixtures", name), line
	}
	return r.Scenario.Path, line
}

// errorLine is where the scenario stopped: at the step that failed, or at the one
// that began last.
func errorLine(r *harness.Result) string {
	if step := (*harness.StepError)(nil); errors.As(r.Err, &step) {
		return fmt.Sprint(step.Step.Pos.Line)
	}
	for _, e := range slices.Backward(r.Log.Events()) {
		if e.Kind == trace.MutationStart && !e.ID.FromFixture() {
			_, line := refLine(r, e)
			return line
		}
	}
	return ""
}

func (g *github) Obsolete(names []string) error {
	for _, name := range names {
		file := path.Join(g.o.Folder, "snapshots", name+".snap")
		if _, err := fmt.Fprintf(g.w, "::error file=%s,title=obsolete snapshot::%s\n", property(file), data("no scenario has it: delete the file, or bring the scenario back")); err != nil {
			return err
		}
		fmt.Fprintf(&g.failures, "\n✗ `%s` is a snapshot without a scenario\n", file)
	}
	return nil
}

func (g *github) Close() error {
	if g.o.Summary == nil {
		return nil
	}
	var head, rule, row strings.Builder
	for o, n := range g.outcomes {
		if n > 0 {
			fmt.Fprintf(&head, "| %s ", harness.Outcome(o))
			rule.WriteString("| ---: ")
			fmt.Fprintf(&row, "| %d ", n)
		}
	}
	table := ""
	if head.Len() > 0 {
		table = head.String() + "|\n" + rule.String() + "|\n" + row.String() + "|\n"
	}
	_, err := fmt.Fprintf(g.o.Summary, "## Scenarios\n\n%s%s", table, g.failures.String())
	return err
}

// data and property escape as the commands of Actions demand.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
