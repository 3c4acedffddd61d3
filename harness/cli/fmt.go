package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

type fmtCommand struct {
	projectFlags
	List  bool     `short:"l" help:"Only name the files that would change; then the exit code is 1."`
	Diff  bool     `short:"d" help:"Only show what would change; then the exit code is 1."`
	Paths []string `arg:"" optional:"" help:"Files and folders; those of the project without; - is the standard input, formatted to the standard output."`
}

// Run implements kong's command. Files with mistakes of syntax are left as they
// are, all others are formatted.
func (c *fmtCommand) Run(env *environment, code *int) error {
	if slices.Equal(c.Paths, []string{"-"}) {
		return c.stdin(env)
	}
	files, err := c.files()
	if err != nil {
		return usage{err}
	}
	var wrong []error
	for _, file := range files {
		changed, err := c.format(env, file)
		if err != nil {
			wrong = append(wrong, err)
		}
		if changed && (c.List || c.Diff) {
			*code = exitDiffers
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return usage{err}
	}
	return nil
}

func (c *fmtCommand) stdin(env *environment) error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	formatted, err := scenario.Format("standard input", text)
	if err != nil {
		return usage{err}
	}
	_, err = env.out.Write(formatted)
	return err
}

// files are those that the arguments mean.
func (c *fmtCommand) files() ([]string, error) {
	paths := c.Paths
	if len(paths) == 0 {
		root, err := c.folder()
		if err != nil {
			return nil, err
		}
		paths = []string{filepath.Join(root, "scenarios"), filepath.Join(root, "fixtures")}
	}
	var files []string
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist) && len(c.Paths) == 0:
				return nil // a project without fixtures
			case err != nil:
				return err
			case !entry.IsDir() && (name == path || filepath.Ext(name) == ".yaml"):
				files = append(files, name)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("fmt: %w", err)
		}
	}
	return files, nil
}

// format formats one file, or tells what would change.
func (c *fmtCommand) format(env *environment, file string) (changed bool, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return false, err
	}
	formatted, err := scenario.Format(filepath.ToSlash(file), text)
	if err != nil || bytes.Equal(text, formatted) {
		return false, err
	}
	switch {
	case c.Diff:
		_, err = io.WriteString(env.out, udiff.Unified(file, file+" formatted", string(text), string(formatted)))
	case c.List:
		_, err = fmt.Fprintln(env.out, file)
	default:
		fmt.Fprintln(env.out, file)
		err = replace(file, formatted)
	}
	return true, err
}

// replace gives a file another content, all of it or none.
func replace(file string, text []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) // gone if all went well
	_, err = temporary.Write(text)
	if err = errors.Join(err, temporary.Chmod(info.Mode().Perm()), temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}
