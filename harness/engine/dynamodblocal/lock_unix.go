//go:build unix

package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPause is between two looks at the lock: the kernel has no event that a context could be waited for along with.
const lockPause = 100 * time.Millisecond

// lockBuild waits until no other process of this computer builds the image. The lock is on the folder for temporary
// files itself, so that no lock file is left behind; the kernel frees it when its holder dies.
//
// waiting is called once if there is something to wait for.
func lockBuild(ctx context.Context, waiting func()) (unlock func(), err error) {
	dir, err := os.Open(os.TempDir())
	if err != nil {
		return nil, fmt.Errorf("build lock: %w", err)
	}
	ticker := time.NewTicker(lockPause)
	defer ticker.Stop()
	told := false
	for {
		err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = dir.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			_ = dir.Close()
			return nil, fmt.Errorf("build lock: %w", err)
		}
		if !told {
			waiting()
			told = true
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			_ = dir.Close()
			return nil, context.Cause(ctx)
		}
	}
}
