package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fsnotify/fsnotify"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// watched are the folders of a project whose files are read at every run.
func watched() []string { return []string{"scenarios", "fixtures", "snapshots"} }

// watch runs the chosen scenarios, and again those that a change affects, until a
// signal.
func (c *runCommand) watch(env *environment, h *harness.Harness, l loaded) error {
	w, err := newWatcher(l.project.Root)
	if err != nil {
		return err
	}
	defer w.close()
	if _, err := c.once(env, h, l); err != nil {
		return err
	}
	for {
		fmt.Fprintln(env.out, "\nwatching scenarios/, fixtures/ and snapshots/; stop with Ctrl-C; a change of Go code needs a new start")
		changed, err := w.wait(env.ctx)
		if err != nil {
			return err
		}
		if l, err = c.again(env, h, changed); err != nil {
			return err
		}
	}
}

// again runs what changed files affect. A project that does not load is no end:
// the next change may mend it.
func (c *runCommand) again(env *environment, h *harness.Harness, changed []string) (loaded, error) {
	l, err := c.load(env, c.Names)
	if err != nil {
		fmt.Fprintf(env.out, "\n%v\n", err)
		return l, nil
	}
	part := l
	part.chosen = nil
	for _, s := range l.chosen {
		if affected(l.project.Root, s, changed) {
			part.chosen = append(part.chosen, s)
		}
	}
	if len(part.chosen) == 0 {
		return l, nil
	}
	fmt.Fprintln(env.out)
	_, err = c.once(env, h, part)
	return l, err
}

// affected tells whether a scenario reads one of the files: its own, those of its
// fixture, or its snapshot.
func affected(root string, s *scenario.Scenario, changed []string) bool {
	reads := map[string]bool{
		filepath.Join(root, filepath.FromSlash(s.Path)):                        true,
		filepath.Join(root, "snapshots", filepath.FromSlash(s.Name)) + ".snap": true,
	}
	if s.Fixture != nil {
		reads[filepath.Join(root, filepath.FromSlash(s.Fixture.Path))] = true
		for _, step := range s.Fixture.Steps {
			reads[filepath.Join(root, filepath.FromSlash(step.Pos.File))] = true
		}
	}
	for _, file := range changed {
		if reads[filepath.Clean(file)] {
			return true
		}
	}
	return false
}

// watcher tells which files of a project have another content than before.
type watcher struct {
	root    string
	events  *fsnotify.Watcher
	content map[string]string // of each file, as it was seen last
}

func newWatcher(root string) (*watcher, error) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	w := &watcher{root: root, events: events}
	if w.content, err = w.look(); err != nil {
		w.close()
		return nil, fmt.Errorf("watch: %w", err)
	}
	return w, nil
}

func (w *watcher) close() { _ = w.events.Close() }

// wait waits until the content of a file changes, and returns all that changed,
// among them those that came or went. An editor makes several events of one change:
// a file that is empty is one that is being written.
func (w *watcher) wait(ctx context.Context) ([]string, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case err, open := <-w.events.Errors:
			if !open || !errors.Is(err, fsnotify.ErrEventOverflow) { // which only means: look
				return nil, fmt.Errorf("watch: %w", err)
			}
		case <-w.events.Events:
		}
		found, err := w.look()
		if err != nil {
			return nil, fmt.Errorf("watch: %w", err)
		}
		if changed := w.differ(found); len(changed) > 0 {
			w.content = found
			return changed, nil
		}
	}
}

// differ lists the files whose content is another than before. One that is empty
// counts as it was before.
func (w *watcher) differ(found map[string]string) []string {
	changed := map[string]bool{}
	for name, text := range found {
		if before, known := w.content[name]; text == "" && known {
			found[name] = before
		} else if text != before && text != "" {
			changed[name] = true
		}
	}
	for name := range w.content {
		if _, there := found[name]; !there {
			changed[name] = true
		}
	}
	return sortedKeys(changed)
}

// look reads all files, and watches the folders that it finds.
func (w *watcher) look() (map[string]string, error) {
	content := map[string]string{}
	if err := w.events.Add(w.root); err != nil { // a folder may be made there
		return nil, err
	}
	for _, folder := range watched() {
		err := filepath.WalkDir(filepath.Join(w.root, folder), func(name string, entry fs.DirEntry, err error) error {
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return nil // not there yet, or gone since
			case err != nil:
				return err
			case entry.IsDir():
				return w.add(name)
			case strings.HasPrefix(entry.Name(), "."): // the temporary file of an editor, or ours
				return nil
			}
			text, err := os.ReadFile(name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			content[filepath.Clean(name)] = string(text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return content, nil
}

func (w *watcher) add(folder string) error {
	if err := w.events.Add(folder); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
