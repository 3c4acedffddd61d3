//go:build !unix

package image

import "os/exec"

// inOwnGroup does nothing where the image cannot be built anyway.
func inOwnGroup(*exec.Cmd) {}
