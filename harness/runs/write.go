package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/report"
)

// Names of the files of a run's folder, and of the link to the last one.
const (
	reportFile = "report.txt"
	diffFile   = "diff.txt"
	traceFile  = "trace.ndjson"
	imagesFile = "images.ndjson"
	rerunFile  = "rerun.txt"
	resultFile = "result.json"
	latestLink = "latest"
)

// files are all names that a run's folder may hold.
func files() []string {
	return []string{resultFile, reportFile, diffFile, traceFile, imagesFile, rerunFile}
}

// Write keeps r in its folder below dir (".runs") and lets the link "latest" point
// there, if it did not pass; if it did, what an earlier run left is removed. A
// crash leaves a folder that is not complete, which counts as none. Runs of several
// scenarios may be written at the same time.
func Write(dir string, r *harness.Result) error {
	folder := filepath.Join(dir, filepath.FromSlash(r.Scenario.Name))
	err := remove(dir, folder)
	switch {
	case err != nil:
	case r.Outcome.Failed():
		if err = keep(folder, r); err == nil {
			err = link(dir, r.Scenario.Name)
		}
	default:
		err = unlink(dir, r.Scenario.Name)
	}
	if err != nil {
		return fmt.Errorf("runs: keep %s: %w", r.Scenario.Name, err)
	}
	return nil
}

// remove takes away what this package wrote into a folder, the marker of its
// completeness first, and the folders that are then empty.
func remove(dir, folder string) error {
	for _, name := range files() {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for f := folder; f != dir && f != filepath.Dir(f); f = filepath.Dir(f) {
		if os.Remove(f) != nil {
			return nil // it holds something else, or is not there
		}
	}
	return nil
}

func keep(folder string, r *harness.Result) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	parts := []struct {
		name  string
		write func(io.Writer) error
	}{
		{traceFile, r.Log.WriteNDJSON},
		{imagesFile, r.Log.WriteImages},
		{reportFile, func(w io.Writer) error { return report.Failure(w, r, true) }},
		{rerunFile, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, report.Rerun(r))
			return err
		}},
	}
	if len(r.Snapshot.Diff) > 0 {
		parts = append(parts, struct {
			name  string
			write func(io.Writer) error
		}{diffFile, func(w io.Writer) error { return report.Diff(w, r) }})
	}
	for _, part := range parts {
		if err := writeFile(filepath.Join(folder, part.name), part.write); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(store(r), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, resultFile), append(text, '\n'), 0o666)
}

func writeFile(path string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}

// link lets "latest" point to the folder of a scenario. It is made under another
// name first, so that there is always one. A scenario of that very name keeps its
// folder, and where the system has no links there is none.
func link(dir, name string) error {
	at := filepath.Join(dir, latestLink)
	if info, err := os.Lstat(at); err == nil && info.Mode()&fs.ModeSymlink == 0 {
		return nil
	}
	folder, err := os.MkdirTemp(dir, ".latest-")
	if err != nil {
		return err
	}
	temp := filepath.Join(folder, latestLink)
	if err := os.Symlink(filepath.FromSlash(name), temp); err != nil {
		return os.Remove(folder)
	}
	return errors.Join(os.Rename(temp, at), os.Remove(folder))
}

// unlink removes the link if it points to the folder of a scenario, which is gone.
func unlink(dir, name string) error {
	at := filepath.Join(dir, latestLink)
	if to, err := os.Readlink(at); err != nil || filepath.ToSlash(to) != name {
		return nil
	}
	if err := os.Remove(at); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
