package filter_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

// TestTranscripts replays testdata/*.txt: a command, a line "----", and what
// Parse or Advise says, up to an empty line; "^" is below the byte that the
// offset names. Lines that begin with "#" are remarks. Commands are
//
//	parse PATTERN           its mistakes; "parse" alone is the empty text
//	advise VIEWTYPE PATTERN its advice; - is no view type
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
				t.Errorf("%s (-want +got):\n%s\nrerun: go test ./consumer/filter -run '%s'; accept: STILLWATER_UPDATE=true before it",
					file, diff, t.Name())
			}
		})
	}
}

// replay runs the commands of a transcript and returns it with their results. A
// command that is none, or stands there twice, is an error.
func replay(text string) ([]byte, error) {
	var out bytes.Buffer
	seen := map[string]bool{}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		fmt.Fprintln(&out, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		result, err := say(line)
		if err != nil || seen[line] {
			return nil, fmt.Errorf("line %d: %s: twice %v: %w", i+1, line, seen[line], err)
		}
		seen[line] = true
		fmt.Fprintf(&out, "----\n%s", result)
		for i+1 < len(lines) && lines[i+1] != "" {
			i++
		}
	}
	return out.Bytes(), nil
}

// say runs one command.
func say(line string) (string, error) {
	command, pattern, _ := strings.Cut(line, " ")
	viewType := ""
	if command == "advise" {
		viewType, pattern, _ = strings.Cut(pattern, " ")
		viewType = strings.TrimPrefix(viewType, "-")
	} else if command != "parse" {
		return "", fmt.Errorf("unknown command %q", command)
	}
	var out strings.Builder
	note := func(offset int, path, message string) {
		before := []rune(line[:len(line)-len(pattern)+offset])
		fmt.Fprintf(&out, "%s^ %s\n", strings.Repeat(" ", len(before)), strings.TrimPrefix(path+": "+message, ": "))
	}
	f, err := filter.Parse([]string{pattern})
	for _, m := range mistakes(err) {
		note(m.Offset, m.Path, m.Message)
	}
	for _, a := range f.Advise(viewType) {
		if command == "advise" {
			note(a.Offset, a.Path, a.Message)
		}
	}
	if out.Len() == 0 {
		out.WriteString("fine\n")
	}
	return out.String(), nil
}

// TestTranscriptsCanFail: a transcript that says something else differs from its
// replay, and a command that makes no sense is refused.
func TestTranscriptsCanFail(t *testing.T) {
	got, err := replay("parse {\"a\": 1}\n----\nfine\n")
	if want := "parse {\"a\": 1}\n----\n            ^ a: must be an array of what may match: write [1]\n"; err != nil || string(got) != want {
		t.Errorf("replay: %q, %v", got, err)
	}
	for _, wrong := range []string{"prase {}", "parse {}\n\nparse {}"} {
		if got, err := replay(wrong); err == nil {
			t.Errorf("replay(%q) = %q, want an error", wrong, got)
		}
	}
}
