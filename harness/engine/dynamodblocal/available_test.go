package dynamodblocal_test

import (
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal"
)

func TestSkipTestsRefusesAnUnclearSwitch(t *testing.T) {
	_, err := dynamodblocal.SkipTests(t.Context(), func(string) string { return "perhaps" })
	if err == nil || !strings.Contains(err.Error(), "STILLWATER_REQUIRE_CONTAINER=perhaps: want true or false") {
		t.Errorf("got %v, want an error that names the variable: a typing error must not skip tests in CI", err)
	}
}

// Without a daemon the tests are skipped with one line; where they are required that line is an error.
func TestSkipTestsWithoutDocker(t *testing.T) {
	nowhere := "unix://" + t.TempDir() + "/docker.sock"
	for _, test := range []struct{ required, begins, ends string }{
		{"", "container tests skipped: engine dynamodblocal: docker: no daemon answers at " + nowhere, " <nil>"},
		{"false", "container tests skipped: ", " <nil>"},
		{"true", " engine dynamodblocal: docker: no daemon answers at " + nowhere, "(STILLWATER_REQUIRE_CONTAINER is set: skipping is not allowed)"},
	} {
		lines := playAt(t, "skip", nowhere, dynamodblocal.RequireVariable+"="+test.required)
		if len(lines) != 1 || !strings.HasPrefix(lines[0], strings.TrimSpace(test.begins)) || !strings.HasSuffix(lines[0], test.ends) {
			t.Errorf("%s=%s: got %q, want one line from %q to %q", dynamodblocal.RequireVariable, test.required, lines, test.begins, test.ends)
		}
	}
}
