package skeleton_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/skeleton"
)

func TestWrite(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	names, err := skeleton.Write(skeleton.Options{Dir: dir, Package: "example.org/team", GoMod: true, Require: "v1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		}
		if strings.HasSuffix(name, ".tmpl") || strings.Contains(string(text), "example.com/orders") {
			t.Errorf("%s is not of the module example.org/team:\n%s", name, text)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "module example.org/team\n\ngo 1.26.0\n\nrequire github.com/stillwater-streams/stillwater v1.2.3\n"; string(text) != want {
		t.Errorf("go.mod is %q, want %q", text, want)
	}
}

func TestWriteRefusesToOverwrite(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "orders"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "orders", "totals.go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := skeleton.Write(skeleton.Options{Dir: dir, Package: "example.org/team"})
	if !errors.Is(err, skeleton.ErrExists) || !strings.Contains(err.Error(), "in the way: orders/totals.go:") {
		t.Errorf("error %v, want one that names orders/totals.go", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d entries afterwards, want the one that was there", len(entries))
	}
}
