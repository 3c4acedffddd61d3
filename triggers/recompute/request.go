package recompute

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Request says which findings, and whether to write. Exactly one of All, Group and
// Findings is given.
type Request struct {
	All      bool
	Group    string   // name
	Findings []string // ids
	DryRun   bool     // only report the drift between stored and computed values
}

func (r Request) check() error {
	given := 0
	for _, is := range []bool{r.All, r.Group != "", len(r.Findings) > 0} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return errors.New("recompute: say which findings: one of --all, --group NAME and --finding ID (which may be repeated)")
	case strings.Contains(r.Group, "#"):
		return fmt.Errorf("recompute: group %q: a name has no '#'", r.Group)
	case slices.Contains(r.Findings, ""):
		return errors.New("recompute: a finding without an id")
	}
	return nil
}

// Name is the same for the same request, and of no other: a job finds by it where an
// earlier one stopped. It is also a name that AWS Batch takes.
func (r Request) Name() string {
	sum := sha256.Sum256([]byte(strings.Join(r.Arguments(), "\n")))
	return "recompute-" + hex.EncodeToString(sum[:8])
}

// Arguments are those of the command recompute for this request.
func (r Request) Arguments() []string {
	var arguments []string
	if r.All {
		arguments = append(arguments, "--all")
	}
	if r.Group != "" {
		arguments = append(arguments, "--group="+r.Group)
	}
	for _, id := range r.Findings {
		arguments = append(arguments, "--finding="+id)
	}
	if r.DryRun {
		arguments = append(arguments, "--dry-run")
	}
	return arguments
}

// ParseArguments is the opposite of [Request.Arguments]. usage, which may be nil,
// takes the description of the flags when they are asked for or wrong.
func ParseArguments(arguments []string, usage io.Writer) (Request, error) {
	var r Request
	if usage == nil {
		usage = io.Discard
	}
	flags := flag.NewFlagSet("recompute", flag.ContinueOnError)
	flags.SetOutput(usage)
	flags.BoolVar(&r.All, "all", false, "every finding of the table")
	flags.StringVar(&r.Group, "group", "", "every finding of the group `name`")
	flags.Func("finding", "the finding `id`; may be repeated", func(id string) error {
		r.Findings = append(r.Findings, id)
		return nil
	})
	flags.BoolVar(&r.DryRun, "dry-run", false, "write nothing, report the drift between stored and computed values")
	if err := flags.Parse(arguments); err != nil {
		return r, err
	}
	if flags.NArg() > 0 {
		return r, fmt.Errorf("recompute: %q: not an argument: name findings by --finding", flags.Arg(0))
	}
	return r, r.check()
}
