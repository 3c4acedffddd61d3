//go:build linux || darwin || freebsd

package cli

import "syscall"

// freeBytes is what a user other than root may still write in the file system of dir.
func freeBytes(dir string) (free uint64, known bool) {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(dir, &stat); err != nil {
		return 0, false
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), true
}
