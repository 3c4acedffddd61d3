package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// stopped is the cause of a context that a signal ended.
type stopped struct{ signal syscall.Signal }

func (s stopped) Error() string { return fmt.Sprintf("stopped by a signal: %v", s.signal) }

// code is what a shell makes of a process that died of the signal: 130, 143.
func (s stopped) code() int { return 128 + int(s.signal) }

// untilSignal returns a context that the first SIGINT or SIGTERM ends, with
// stopped as its cause. release gives the signals their usual meaning back and
// waits for the goroutine that listens.
func untilSignal(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1) // Notify does not wait for a reader
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var listener sync.WaitGroup
	listener.Go(func() {
		select {
		case s := <-signals:
			number, _ := s.(syscall.Signal) // every signal of package os is one
			cancel(stopped{number})
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
		listener.Wait()
	}
}
