package image_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/image"
)

const roleVariable = "STILLWATER_TEST_ROLE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(roleVariable); dir != "" {
		fmt.Println(image.Build(context.Background(), dir))
		return
	}
	os.Exit(m.Run())
}

// Ctrl-C, or worse, in the middle of a build: what it started ends too, and its folder goes.
func TestKilledBuild(t *testing.T) {
	marks := t.TempDir()
	fakeTools(t, `mkdir lib; echo . >>'`+marks+`/alive'; touch '`+marks+`/began'; while :; do echo . >>'`+marks+`/alive'; echo x >lib/x$RANDOM; done`)
	dir := filepath.Join(t.TempDir(), "build")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the build began", func() bool { return exists(filepath.Join(marks, "began")) })
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	eventually(t, "its folder is gone", func() bool { return !exists(dir) })
	last := filepath.Join(marks, "alive")
	if err := os.Remove(last); err != nil {
		t.Fatal(err)
	}
	// Maven would write its mark again within a millisecond, if it still ran.
	again, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	<-again.Done()
	if exists(last) {
		t.Error("Maven runs on after the build was killed")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}
