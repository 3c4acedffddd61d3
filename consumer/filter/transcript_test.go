package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/consumer/filter"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

// TestTranscripts replays testdata/*.txt, which show what Parse or Advise says;
// "^" is below the byte that the offset names. Commands are
//
//	parse PATTERN           its mistakes; "parse" alone is the empty text
//	advise VIEWTYPE PATTERN its advice; - is no view type
func TestTranscripts(t *testing.T) { golden.Transcripts(t, replay) }

// replay runs the commands of a transcript, of which none may stand there twice.
func replay(text string) (string, error) {
	seen := map[string]bool{}
	return golden.Replay(text, func(line string) (string, error) {
		if seen[line] {
			return "", errors.New("it stands here twice")
		}
		seen[line] = true
		return say(line)
	})
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
	if want := "parse {\"a\": 1}\n----\n            ^ a: must be an array of what may match: write [1]\n"; err != nil || got != want {
		t.Errorf("replay: %q, %v", got, err)
	}
	for _, wrong := range []string{"prase {}", "parse {}\n\nparse {}"} {
		if got, err := replay(wrong); err == nil {
			t.Errorf("replay(%q) = %q, want an error", wrong, got)
		}
	}
}
