package core_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTranscripts replays the conversations of testdata/*.txt: a command, a
// line "----", and what the shard then wants next and has open, up to an empty
// line. Lines that begin with "#" are remarks. The commands stand at verbs.
//
// STILLWATER_UPDATE=true rewrites what is behind "----", but never where CI is set.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	asked := os.Getenv("STILLWATER_UPDATE")
	update := (asked == "true" || asked == "1") && os.Getenv("CI") == ""
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := replay(string(want))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if update && !bytes.Equal(want, got) {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
				t.Errorf("%s (-want +got):\n%s\nrerun: go test ./consumer/core -run '%s'; accept: STILLWATER_UPDATE=true before it",
					file, diff, t.Name())
			}
		})
	}
}

// replay runs the commands of a transcript and returns it with their results.
// What a shard panics with is a result; a command that makes no sense is an error.
func replay(text string) ([]byte, error) {
	var out bytes.Buffer
	c := &conversation{}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		fmt.Fprintln(&out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		result, err := c.do(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", i+1, line, err)
		}
		fmt.Fprintf(&out, "----\n%s", result)
		for i+1 < len(lines) && lines[i+1] != "" {
			i++
		}
		if i+1 == len(lines) {
			return out.Bytes(), nil
		}
	}
	return out.Bytes(), nil
}

// TestTranscriptsCanFail: a transcript that says something else than the shard
// differs from its replay, and a command that makes no sense is refused.
func TestTranscriptsCanFail(t *testing.T) {
	got, err := replay("shard\n----\nnext: done\n")
	if err != nil || string(got) != "shard\n----\nnext: read up to 1000\n" {
		t.Errorf("replay: %q, %v", got, err)
	}
	for _, wrong := range []string{
		"ok", "shard bacth=2", "shard batch=two", "shard\n\nsteal", "shard\n\nread age=old 101", "shard\n\nread 101@",
		"shard\n\nadvance soon", "shard\n\nread 101\n\nsettle maybe", "shard\n\nread 101\n\nsettle poison 101",
	} {
		if got, err := replay(wrong); err == nil {
			t.Errorf("replay(%q) = %q, want an error", wrong, got)
		}
	}
}
