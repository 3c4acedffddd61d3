package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Transcripts runs a subtest for each testdata/*.txt: replay plays what is asked
// in it, and returns it with the answers as they are. An error of replay means
// that the transcript itself makes no sense.
func Transcripts(t *testing.T, replay func(text string) (string, error)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := replay(string(text))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			File(t, file, got)
		})
	}
}

// Replay plays a transcript: each line is a command, and behind it stand a line
// "----" and its answer, up to an empty line. Lines that begin with "#" are
// remarks. An error of do ends it, with the number of the line.
func Replay(text string, do func(command string) (answer string, err error)) (string, error) {
	var out strings.Builder
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		fmt.Fprintln(&out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		answer, err := do(line)
		if err != nil {
			return "", fmt.Errorf("line %d: %s: %w", i+1, line, err)
		}
		fmt.Fprintf(&out, "----\n%s", answer)
		for i+1 < len(lines) && lines[i+1] != "" {
			i++
		}
	}
	return out.String(), nil
}
