package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"
)

// isTerminal tells a terminal from a file and a pipe.
func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && file.Name() != os.DevNull
}

// color tells whether output may have colours: on a terminal, unless NO_COLOR is
// set (no-color.org).
func (env *environment) color() bool {
	return isTerminal(env.out) && env.getenv("NO_COLOR") == ""
}

// barWidth is what the line of progress takes at most: it must not wrap.
const barWidth = 78

// bar is the line of progress below the results on a terminal; elsewhere there is
// none.
type bar struct {
	out io.Writer // nil: no terminal

	mu      sync.Mutex
	total   int
	done    int
	running []string
	shown   bool
}

func newBar(env *environment, total int, wanted bool) *bar {
	b := &bar{total: total}
	if wanted && total > 1 && isTerminal(env.out) && env.getenv("TERM") != "dumb" {
		b.out = env.out
	}
	return b
}

func (b *bar) began(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running = append(b.running, name)
	b.draw()
}

func (b *bar) ended(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, running := range b.running {
		if running == name {
			b.running = append(b.running[:i], b.running[i+1:]...)
			break
		}
	}
	b.done++
	b.draw()
}

// above prints something for good, above the line.
func (b *bar) above(print func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	err := print()
	b.draw()
	return err
}

// clear takes the line away.
func (b *bar) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
}

func (b *bar) draw() {
	if b.out == nil || b.done == b.total {
		return
	}
	line := fmt.Sprintf("  %d of %d  %s", b.done, b.total, strings.Join(b.running, ", "))
	if utf8.RuneCountInString(line) > barWidth {
		line = string([]rune(line)[:barWidth-1]) + "…"
	}
	fmt.Fprintf(b.out, "\r\x1b[K%s", line)
	b.shown = true
}

func (b *bar) erase() {
	if b.shown {
		fmt.Fprint(b.out, "\r\x1b[K")
		b.shown = false
	}
}
