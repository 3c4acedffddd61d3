package memory_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/harness/golden"
)

// TestTranscripts replays the conversations of testdata/*.txt, which show what
// the database answers to each command. The commands stand at [conversation.do].
func TestTranscripts(t *testing.T) { golden.Transcripts(t, replay) }

// replay holds one conversation.
func replay(text string) (string, error) { return golden.Replay(text, newConversation().do) }

func TestTranscriptsCanFail(t *testing.T) {
	got, err := replay("put a 1\n----\nsomething else\n")
	if err != nil || got != "put a 1\n----\nok\n" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := replay("jump\n"); err == nil {
		t.Error("a command that there is not was accepted")
	}
}
