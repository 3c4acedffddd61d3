package core_test

import (
	"testing"

	"github.com/stillwater-streams/stillwater/harness/golden"
)

// TestTranscripts replays the conversations of testdata/*.txt, which show after
// each command what the shard wants next and has open. The commands stand at
// verbs.
func TestTranscripts(t *testing.T) { golden.Transcripts(t, replay) }

// replay holds one conversation. What a shard panics with is an answer; a command
// that makes no sense is an error.
func replay(text string) (string, error) {
	return golden.Replay(text, (&conversation{}).do)
}

// TestTranscriptsCanFail: a transcript that says something else than the shard
// differs from its replay, and a command that makes no sense is refused.
func TestTranscriptsCanFail(t *testing.T) {
	got, err := replay("shard\n----\nnext: done\n")
	if err != nil || got != "shard\n----\nnext: read up to 1000\n" {
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
