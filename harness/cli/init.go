package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"

	"github.com/stillwater-streams/stillwater/harness/skeleton"
)

type initCommand struct {
	Dir     string `arg:"" optional:"" default:"." help:"Folder to write into; made if it is not there."`
	Module  string `help:"Make the folder a module of this path; without, it is part of the module around it, or a module called example.com/orders." placeholder:"PATH"`
	Replace string `help:"Use this checkout of stillwater in place of a release (a replace directive in go.mod)." type:"existingdir" placeholder:"DIR"`
}

// Run implements kong's command.
func (c *initCommand) Run(env *environment, _ *int) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	names, err := skeleton.Write(o)
	if errors.Is(err, skeleton.ErrExists) {
		return usage{err}
	}
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Fprintf(env.out, "  %s\n", filepath.ToSlash(filepath.Join(c.Dir, name)))
	}
	next := "go mod tidy && go test ./... && go run ./cmd/stillwater run"
	if o.Replace == "" && o.Require == "" {
		next = "go get github.com/stillwater-streams/stillwater@latest && " + next
	}
	if filepath.Clean(c.Dir) != "." {
		next = "cd " + c.Dir + " && " + next
	}
	fmt.Fprintf(env.out, "%s written; next: %s\n", plural(len(names), "file"), next)
	return nil
}

// options finds out which module the folder is or will be.
func (c *initCommand) options() (skeleton.Options, error) {
	o := skeleton.Options{Dir: c.Dir, Replace: c.Replace, Require: version()}
	around, below, err := moduleAround(c.Dir)
	if err != nil {
		return o, err
	}
	if c.Module == "" && around != "" {
		if c.Replace != "" {
			return o, usage{fmt.Errorf("--replace: %s is part of module %s: put the directive into its go.mod, or give --module", c.Dir, around)}
		}
		o.Package = path.Join(around, below)
		return o, nil
	}
	o.Package, o.GoMod = cmp.Or(c.Module, "example.com/orders"), true
	return o, nil
}

// version is the released version of stillwater that this program was built with,
// "" for one that no proxy knows.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == "github.com/stillwater-streams/stillwater" && m.Replace == nil && regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`).MatchString(m.Version) {
			return m.Version
		}
	}
	return ""
}

// moduleAround is the module that a folder lies in, "" for none, and the path from
// the module's root to the folder.
func moduleAround(dir string) (module, below string, err error) {
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	for at := full; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		switch {
		case err == nil:
			found := regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`).FindSubmatch(text)
			if found == nil {
				return "", "", usage{fmt.Errorf("%s names no module", filepath.Join(at, "go.mod"))}
			}
			below, err := filepath.Rel(at, full)
			return string(found[1]), filepath.ToSlash(below), err
		case !errors.Is(err, fs.ErrNotExist):
			return "", "", err
		case at == filepath.Dir(at):
			return "", "", nil
		}
	}
}
