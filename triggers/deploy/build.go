package deploy

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Architectures are those that bootstraps are built for, as Go names them.
func Architectures() []string { return []string{"amd64", "arm64"} }

// Build compiles the bootstrap of a trigger: static, for Linux and one of
// [Architectures], from the module in folder root. The same source gives the same
// bytes.
func Build(ctx context.Context, root, trigger, architecture, output string) error {
	output, err := filepath.Abs(output)
	if err != nil {
		return fmt.Errorf("build %s: %w", trigger, err)
	}
	// lambda.norpc leaves out what only the retired runtime go1.x needed.
	build := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -buildid=", "-o", output, "./triggers/cmd/lambda/"+trigger)
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+architecture)
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: is it a folder of triggers/cmd/lambda?\n%s", trigger, err, text)
	}
	return nil
}
