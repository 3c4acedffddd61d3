package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWatch changes files under a run that watches: what they affect runs again,
// and nothing else.
func TestWatch(t *testing.T) {
	l := &local{t: t, root: t.TempDir()}
	writeProject(t, l.root)
	writeFile(t, l.root, "fixtures/blue_ones.yaml", "items:\n  - put: {item: {id: a, kind: blue}}\n")
	const blue = "fixture: {use: [blue_ones], items: []}\nstart: 2024-09-19T10:00:00Z\nsteps:\n  - put: {item: {id: b, kind: blue}}\n"
	writeFile(t, l.root, "scenarios/counting/a_blue_thing.yaml", blue)
	t.Setenv("STILLWATER_ENGINE", "memory")
	t.Setenv("CI", "")
	p := l.start("run", "--watch")
	const redRan, blueRan, waits = `^. counting/a_red_thing `, `^. counting/a_blue_thing `, `^watching scenarios/`
	p.wait(1, waits)
	p.wait(1, redRan)
	p.wait(1, blueRan)

	// A scenario.
	writeFile(t, l.root, "scenarios/counting/a_blue_thing.yaml", blue+"  - put: {item: {id: c, kind: blue}}\n")
	p.wait(2, waits)
	p.wait(2, blueRan)

	// A fixture that a scenario builds on.
	writeFile(t, l.root, "fixtures/blue_ones.yaml", "items:\n  - put: {item: {id: a, kind: blue}}\n  - put: {item: {id: z, kind: blue}}\n")
	p.wait(3, waits)
	p.wait(3, blueRan)

	// A mistake, and its correction.
	writeFile(t, l.root, "scenarios/counting/a_blue_thing.yaml", "steps: 1\n")
	p.wait(4, waits)
	p.wait(1, `a_blue_thing.yaml:1:1: `)
	writeFile(t, l.root, "scenarios/counting/a_blue_thing.yaml", blue)
	p.wait(5, waits)
	p.wait(4, blueRan)

	// A snapshot that comes, in a folder that was not there.
	if out, err := l.command("accept", "counting/a_red_thing").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	p.wait(2, redRan)
	p.wait(1, `^✓ counting/a_red_thing `)

	// The same content is no change; a new scenario is one.
	text, err := os.ReadFile(filepath.Join(l.root, "fixtures", "red_ones.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, l.root, "fixtures/red_ones.yaml", string(text))
	writeFile(t, l.root, "scenarios/other/a_green_thing.yaml", strings.ReplaceAll(blue, "kind: blue", "kind: green"))
	p.wait(1, `^. other/a_green_thing `)
	if code := p.stop(syscall.SIGTERM); code != 143 {
		t.Errorf("exit code %d, want 143\n%s", code, p.errors.String())
	}
	for pattern, want := range map[string]int{redRan: 2, blueRan: 4} {
		if got := len(p.wait(0, pattern)); got != want {
			t.Errorf("%s ran %d times, want %d:\n%s", pattern, got, want, strings.Join(p.lines, "\n"))
		}
	}
}
