//go:build unix

package review_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"go.uber.org/goleak"

	"github.com/stillwater-streams/stillwater/harness/review"
)

// screenRoot is set in the child of a terminal test: the project that it reviews.
const screenRoot = "STILLWATER_REVIEW_SCREEN_ROOT"

func TestMain(m *testing.M) {
	if root := os.Getenv(screenRoot); root != "" {
		os.Exit(child(root))
	}
	goleak.VerifyTestMain(m)
}

// child reviews a project on its terminal, and says what was decided.
func child(root string) int {
	o := review.Options{Root: root}
	list, err := review.Pending(o)
	if err == nil {
		var d review.Decided
		d, err = review.Screen(context.Background(), os.Stdin, os.Stdout, o, list)
		fmt.Printf("accepted %q rejected %q skipped %q\n", d.Accepted, d.Rejected, d.Skipped)
	}
	if left := goleak.Find(); left != nil {
		err = left
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// terminal is a child on a terminal of its own.
type terminal struct {
	t      *testing.T
	file   *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	seen   bytes.Buffer // since the last look
	all    bytes.Buffer
	wake   chan struct{}
	finish chan struct{} // closed when the output has ended
}

func onTerminal(t *testing.T, root string, cols, rows uint16, env ...string) *terminal {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "NO_COLOR=") })
	cmd.Env = append(append(cmd.Env, screenRoot+"="+root, "TERM=xterm-256color"), env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: cols, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	c := &terminal{t: t, file: file, cmd: cmd, wake: make(chan struct{}, 1), finish: make(chan struct{})}
	go c.read()
	return c
}

// read collects what the screen prints, until the child has ended.
func (c *terminal) read() {
	defer close(c.finish)
	buffer := make([]byte, 4096)
	for {
		n, err := c.file.Read(buffer)
		c.mu.Lock()
		c.seen.Write(buffer[:n])
		c.all.Write(buffer[:n])
		c.mu.Unlock()
		select {
		case c.wake <- struct{}{}:
		default:
		}
		if err != nil {
			return // EIO: the other end is closed
		}
	}
}

// escapes are what moves the cursor and colours text.
func escapes() *regexp.Regexp {
	return regexp.MustCompile(`\x1b(\[[0-9;?<>=]*\$?[A-Za-z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>])`)
}

// await waits until the screen has printed all texts since the last time, in any
// order; what it skips between two prints, because it is there already, is the
// renderer's.
func (c *terminal) await(texts ...string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	for {
		c.mu.Lock()
		plain := escapes().ReplaceAllString(c.seen.String(), "")
		missing := slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return strings.Contains(plain, text) })
		if len(missing) == 0 {
			c.seen.Reset()
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		select {
		case <-c.wake:
		case <-c.finish:
			c.t.Fatalf("ended without %q; printed %q", missing, plain)
		case <-ctx.Done():
			c.t.Fatalf("no %q; printed %q", missing, plain)
		}
	}
}

func (c *terminal) press(keys string) {
	c.t.Helper()
	if _, err := c.file.WriteString(keys); err != nil {
		c.t.Fatal(err)
	}
}

// end waits for the child and returns everything that it printed.
func (c *terminal) end() string {
	c.t.Helper()
	<-c.finish
	if err := c.cmd.Wait(); err != nil {
		c.t.Errorf("%v; printed %q", err, c.all.String())
	}
	if err := c.file.Close(); err != nil {
		c.t.Error(err)
	}
	return c.all.String()
}

// Real keys on a real terminal: look at the scenario, accept a group, resize, go
// on with the arrow keys, reject, and skip the rest.
func TestScreenOnATerminal(t *testing.T) {
	o := project(t)
	c := onTerminal(t, o.Root, 80, 24)
	c.await("1 of 3", "orders/discount", "count: 4", "← w1 ← m1 yaml:3", "and the same change in 1 more", "q quit")
	c.press("v")
	c.await("grant: {to: o1}")
	c.press("v")
	c.await("count: 5")
	c.press("a")
	c.await("totals/empty")
	if err := pty.Setsize(c.file, &pty.Winsize{Cols: 44, Rows: 12}); err != nil {
		t.Fatal(err)
	}
	c.await("q quit") // printed anew, for the keys take two lines
	c.press("\x1b[D") // left
	c.await("orders/discount")
	c.press("\x1b[C") // right
	c.await("totals/empty")
	c.press("r")
	c.await("totals/fresh")
	c.press("q")
	out := c.end()
	if want := `accepted ["orders/discount" "orders/refund"] rejected ["totals/empty"] skipped ["totals/fresh"]`; !strings.Contains(out, want) {
		t.Errorf("printed %q, want %q", out, want)
	}
	if !strings.Contains(out, "\x1b[?1049h") || !strings.Contains(out, "\x1b[?1049l") {
		t.Errorf("the screen is not one of its own that is left in the end: %q", out)
	}
	if !regexp.MustCompile(`\x1b\[[0-9;]*3[0-9]`).MatchString(out) {
		t.Errorf("no colours: %q", out)
	}
	for name, want := range map[string]string{"orders/discount": "4", "orders/refund": "4", "totals/empty": "1", "totals/fresh": ""} {
		if got := count(t, o, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := names(pending(t, o)); !slices.Equal(got, []string{"totals/fresh"}) {
		t.Errorf("left %q", got)
	}
}

// NO_COLOR takes the colours and nothing else; upper case decides on all.
func TestScreenWithoutColor(t *testing.T) {
	o := project(t)
	c := onTerminal(t, o.Root, 80, 24, "NO_COLOR=1")
	c.await("orders/discount", "q quit")
	c.press("A")
	out := c.end()
	if color := regexp.MustCompile(`\x1b\[(3[0-7]|[0-9;]*;3[0-7]|38;[0-9;]*)m`).FindString(out); color != "" {
		t.Errorf("colour %q in %q", color, out)
	}
	if got := names(pending(t, o)); len(got) > 0 {
		t.Errorf("left %q", got)
	}
}

// Ctrl+C leaves the terminal as it was, and everything pending.
func TestScreenIsLeftByCtrlC(t *testing.T) {
	o := project(t)
	c := onTerminal(t, o.Root, 80, 24)
	c.await("orders/discount", "q quit")
	c.press("\x03")
	if out := c.end(); !strings.Contains(out, "\x1b[?1049l") {
		t.Errorf("printed %q", out)
	}
	if got := names(pending(t, o)); len(got) != 4 {
		t.Errorf("left %q", got)
	}
}

// A screen ends with its context, before it began and while it waits for a key.
func TestScreenEndsWithItsContext(t *testing.T) {
	o := project(t)
	for name, after := range map[string]int{"before": 0, "while it waits": 1} {
		t.Run(name, func(t *testing.T) {
			mine, other, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var reader sync.WaitGroup
			reader.Go(func() {
				buffer := make([]byte, 4096)
				for n := 0; ; n++ {
					if n == after {
						cancel()
					}
					if _, err := mine.Read(buffer); err != nil {
						return
					}
				}
			})
			d, err := review.Screen(ctx, other, other, o, pending(t, o))
			if !errors.Is(err, context.Canceled) || len(d.Skipped) != 4 {
				t.Errorf("decided %v, %v", d, err)
			}
			if err := other.Close(); err != nil {
				t.Error(err)
			}
			reader.Wait()
			if err := mine.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
