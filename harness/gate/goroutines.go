package gate

import (
	"bytes"
	"context"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// labelKey marks the goroutines of a task; goroutines they start inherit it. Not
// marked are timers (time.AfterFunc), which have no goroutine until they fire,
// and goroutines that replace their labels (pprof.Do with a fresh context).
const labelKey = "stillwater"

func (g *Gate) label(id trace.ID) string { return g.run + " " + string(id) }

// Leftovers returns the ended tasks that have goroutines left, sorted. It waits
// up to grace (real time) for them to end: nothing tells of the end of a
// goroutine, so it looks every millisecond.
func (g *Gate) Leftovers(ctx context.Context, grace time.Duration) []trace.ID {
	left := g.leftovers()
	if len(left) == 0 || grace <= 0 {
		return left
	}
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for len(left) > 0 {
		select {
		case <-ctx.Done():
			return left
		case <-look.C:
			left = g.leftovers()
		}
	}
	return nil
}

// leftovers reads the goroutine profile in its text form, the only one in the
// standard library that shows labels (0.1 ms for a few dozen goroutines,
// measured):
//
//	1 @ 0x483a2e 0x4168ee
//	# labels: {"stillwater":"5OZ…Q i7"}
//	#	0x5314d8	example.handle.func1+0x18	/src/handler.go:5
func (g *Gate) leftovers() []trace.ID {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return nil // a bytes.Buffer takes everything
	}
	found := map[trace.ID]bool{}
	for _, stack := range strings.Split(profile.String(), "\n\n") {
		id, ok := g.owner(stack)
		if ok && !isIdleConnection(stack) {
			found[id] = true
		}
	}
	ids := make([]trace.ID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// owner finds the task in the line of labels. It looks for the run's token only:
// how other labels are printed is not to be relied on.
func (g *Gate) owner(stack string) (trace.ID, bool) {
	_, labels, ok := strings.Cut(stack, "\n# labels: ")
	if !ok {
		return "", false
	}
	line, _, _ := strings.Cut(labels, "\n")
	return g.idIn(line)
}

// idIn finds the id that follows the run's token.
func (g *Gate) idIn(text string) (trace.ID, bool) {
	_, id, ok := strings.Cut(text, g.run+" ")
	if end := strings.IndexFunc(id, func(r rune) bool { return r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }); end >= 0 {
		id = id[:end]
	}
	return trace.ID(id), ok
}

// isIdleConnection recognises the two goroutines that net/http keeps for a
// connection of a handler's own HTTP client: they end nothing and write nothing
// by themselves, and a request in flight has a goroutine of its own waiting.
func isIdleConnection(stack string) bool {
	return strings.Contains(stack, "net/http.(*persistConn).readLoop") ||
		strings.Contains(stack, "net/http.(*persistConn).writeLoop")
}
