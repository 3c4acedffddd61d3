package report_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/report"
)

// What why answers for lines of the recorded runs; the texts are in testdata.
func TestWhy(t *testing.T) {
	runs := recorded(t)
	var b bytes.Buffer
	for _, q := range []struct{ run, path string }{
		{"differs", "FIN#f1/open"},
		{"differs", "indicators FIN#f1.status"}, // does not differ
		{"fixture", "FIN#f2/open"},
		{"not_written", "FIN#f2/open"},
		{"vanished", "FIN#f2/newest"},
		{"vanished", "FIN#f3/worst"},
		{"vanished", "FIN#f4"},
		{"vanished", "FIN#f2/never"},
		{"moments", "FIN#f2/open"},
		{"given_up", "dropped batch 1/attempts"},
	} {
		b.WriteString("> why " + q.run + " " + q.path + "\n")
		if err := report.Why(&b, runs[q.run], q.path); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n")
	}
	requireGolden(t, "why.txt", b.String())
}

func TestWhyOfWhatIsNotThere(t *testing.T) {
	for run, want := range map[string]string{
		"differs":     "what differs is FIN#f1/open, FIN#f2/open",
		"passed":      "there are indicators FIN#f1, indicators FIN#f2",
		"step_failed": "the run came to no snapshot",
	} {
		var b bytes.Buffer
		err := report.Why(&b, recorded(t)[run], "FIN#nobody/open")
		if err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%s: %v, want %q", run, err, want)
		}
	}
}

func TestWhyArgument(t *testing.T) {
	for argument, want := range map[string][2]string{
		"vulnerabilities/close_one#FIN#f1/status": {"vulnerabilities/close_one", "FIN#f1/status"},
		"FIN#f1/status": {"", "FIN#f1/status"},
		"o1/2.count":    {"", "o1/2.count"},
		"a#":            {"a", ""},
	} {
		if name, path := report.WhyArgument(argument); name != want[0] || path != want[1] {
			t.Errorf("%q is %q of %q, want %q", argument, path, name, want)
		}
	}
}
