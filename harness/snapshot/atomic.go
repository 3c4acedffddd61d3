package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// replace makes data the content of path. Readers, and whoever comes after a
// crash, see the old content or the new one: data goes to a temporary file in the
// same folder, onto the disk, and only then takes the name.
func replace(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	temp, err := writeTemp(path, data)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return syncDir(dir)
}

// replaceAlone is replace for a folder under version control: it also removes
// what a killed writer of the same path left there. Of two writers of one path at
// the same moment one may therefore fail; neither can tear the file.
func replaceAlone(path string, data []byte) error {
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, entry := range entries {
		left, err := filepath.Match(tempPattern(path), entry.Name())
		if err == nil && left {
			err = os.Remove(filepath.Join(dir, entry.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return replace(path, data)
}

// tempPattern names the temporary files of path, for CreateTemp and Match alike.
func tempPattern(path string) string { return "." + filepath.Base(path) + ".*.tmp" }

// writeTemp returns the name of a new file beside path that holds data on disk.
func writeTemp(path string, data []byte) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), tempPattern(path))
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}

// syncDir puts the new name on the disk. Windows has no such operation and needs
// none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
