package image_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs build.sh in a folder of its own, with checksums of the given files (name, content, name, content, …).
func script(t *testing.T, pinned ...string) (dir, output string, err error) {
	t.Helper()
	dir = t.TempDir()
	var sums strings.Builder
	for i := 0; i < len(pinned); i += 2 {
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte(pinned[i+1])), pinned[i])
	}
	if err := os.WriteFile(filepath.Join(dir, "lib.sha256"), []byte(sums.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs("build.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", path, "3.3.1")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return dir, string(out), err
}

// runScript returns the root file system.
func runScript(t *testing.T, pinned ...string) string {
	t.Helper()
	dir, out, err := script(t, pinned...)
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return filepath.Join(dir, "rootfs.tar")
}
