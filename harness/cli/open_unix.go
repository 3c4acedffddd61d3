//go:build unix

package cli

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/stillwater-streams/stillwater/harness"
)

// openOnSignal prints what runs wait for whenever SIGUSR1 comes, until stop is
// called.
func openOnSignal(w io.Writer, h *harness.Harness) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	done := make(chan struct{})
	var listener sync.WaitGroup
	listener.Go(func() {
		for {
			select {
			case <-signals:
				fmt.Fprintf(w, "\n%s\n", strings.Join(append([]string{"under way:"}, h.Open()...), "\n"))
			case <-done:
				return
			}
		}
	})
	return func() {
		signal.Stop(signals)
		close(done)
		listener.Wait()
	}
}
