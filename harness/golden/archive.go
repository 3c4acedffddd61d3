package golden

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Archives runs a subtest for each archive of a folder, of which there are at
// least so many, lest the collection shrink unnoticed: what run makes of an
// archive must be its file "want".
func Archives(t *testing.T, folder string, least int, run func(*testing.T, *txtar.Archive) string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < max(least, 1) {
		t.Fatalf("%s: %d archives, want at least %d", folder, len(files), max(least, 1))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			Archive(t, file, archive, run(t, archive))
		})
	}
}

// Archive compares got with the file "want" of an archive that was read from a
// file, or writes the archive with it as the last.
func Archive(t testing.TB, file string, archive *txtar.Archive, got string) {
	t.Helper()
	updated := txtar.Archive{Comment: archive.Comment}
	want := ""
	for _, f := range archive.Files {
		if f.Name == "want" {
			want = string(f.Data)
			continue
		}
		updated.Files = append(updated.Files, f)
	}
	updated.Files = append(updated.Files, txtar.File{Name: "want", Data: []byte(got)})
	text := txtar.Format(&updated)
	switch {
	case bytes.Equal(text, txtar.Format(archive)):
	case !Updating(t):
		t.Error(difference(t, file, want, got))
	default:
		write(t, file, text)
	}
}

// Read returns the file of an archive by its name; "" without one.
func Read(archive *txtar.Archive, name string) string {
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return string(archive.Files[i].Data)
}
