package memory_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTranscripts replays the conversations of testdata/*.txt: a command, a line
// "----", and what the database answers, up to an empty line. Lines that begin
// with "#" are remarks. The commands stand at [conversation.do].
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
				t.Errorf("%s (-want +got):\n%s\naccept: STILLWATER_UPDATE=true go test ./harness/engine/memory -run '%s'", file, diff, t.Name())
			}
		})
	}
}

// replay runs the commands of a transcript and returns it with their answers. A
// command that makes no sense is an error.
func replay(text string) ([]byte, error) {
	var out bytes.Buffer
	c := newConversation()
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		fmt.Fprintln(&out, lines[i])
		if lines[i] == "" || strings.HasPrefix(lines[i], "#") {
			continue
		}
		answer, err := c.do(lines[i])
		if err != nil {
			return nil, fmt.Errorf("line %d: %s: %w", i+1, lines[i], err)
		}
		fmt.Fprintf(&out, "----\n%s", answer)
		for i+1 < len(lines) && lines[i+1] != "" {
			i++
		}
	}
	return out.Bytes(), nil
}

func TestTranscriptsCanFail(t *testing.T) {
	got, err := replay("put a 1\n----\nsomething else\n")
	if err != nil || string(got) != "put a 1\n----\nok\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := replay("jump\n"); err == nil {
		t.Error("a command that there is not was accepted")
	}
}
