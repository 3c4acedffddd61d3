package runs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Latest is the name under which [Open] gives the last run that was written.
const Latest = "latest"

// ErrNone is matched by the error of [Open] for a scenario of which no run is kept.
var ErrNone = errors.New("no run is kept: runs that pass leave none; run the scenario first")

// Open reads the run of a scenario that is kept below dir; "" and [Latest] are the
// last one written. Of a result it has everything that reports read.
func Open(dir, name string) (*harness.Result, error) {
	if name == "" {
		name = Latest
	}
	r, err := open(filepath.Join(dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNone
		if kept, listing := List(dir); listing == nil && len(kept) > 0 {
			err = fmt.Errorf("%w; kept: %s", ErrNone, strings.Join(kept, ", "))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("runs: open %s: %w", name, err)
	}
	return r, nil
}

func open(folder string) (*harness.Result, error) {
	text, err := os.ReadFile(filepath.Join(folder, resultFile))
	if err != nil {
		return nil, err
	}
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%s: %w: remove the folder and run the scenario again", resultFile, err)
	}
	if s.Version != version {
		return nil, fmt.Errorf("%s: version %d, this program knows %d: run the scenario again", resultFile, s.Version, version)
	}
	log, err := readTrace(folder)
	if err != nil {
		return nil, err
	}
	return s.result(log), nil
}

// readTrace reads the events, and the images when somebody asks for one.
func readTrace(folder string) (*trace.Log, error) {
	f, err := os.Open(filepath.Join(folder, traceFile))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	log, err := trace.Read(f)
	if err != nil {
		return nil, err
	}
	log.ImagesFrom(func(log *trace.Log) error {
		f, err := os.Open(filepath.Join(folder, imagesFile))
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		return log.ReadImages(f)
	})
	return log, nil
}

// List gives the scenarios of which a run is kept below dir, sorted.
func List(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != resultFile {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(path))
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	slices.Sort(names)
	return names, err
}
