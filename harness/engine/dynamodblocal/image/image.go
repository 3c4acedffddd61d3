package image

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/guard"
)

// Version of DynamoDB Local. This is the one place that pins it; lib.sha256 holds the checksums that belong to it.
const Version = "3.3.1"

// Names of the image: the one that is built here, and the official one.
const (
	Local    = "stillwater/dynamodb-local:" + Version
	Official = "amazon/dynamodb-local:" + Version
)

// ErrTools means that this computer lacks what building needs; the message says what installs it.
var ErrTools = errors.New("cannot build the image on this computer")

//go:embed pom.xml
var pom []byte

//go:embed lib.sha256
var checksums []byte

//go:embed build.sh
var script []byte

//go:embed Dockerfile
var dockerfile string

// Build makes the root file system of the image as a tar file in dir, an existing empty directory, and returns its path.
// It takes about 15 s and 400 MB of disk, and downloads 49 MB unless Maven has them.
func Build(ctx context.Context, dir string) (string, error) {
	if err := checkTools(); err != nil {
		return "", err
	}
	for name, data := range map[string][]byte{"pom.xml": pom, "lib.sha256": checksums, "build.sh": script} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return "", fmt.Errorf("image: %w", err)
		}
	}
	cmd := exec.CommandContext(ctx, "bash", "build.sh", Version)
	cmd.Dir = dir
	inOwnGroup(cmd)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := runGuarded(cmd, dir); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("image: build.sh: %w", context.Cause(ctx))
		}
		return "", fmt.Errorf("image: build.sh: %w: %s", err, lastLines(out.String(), 5))
	}
	return filepath.Join(dir, "rootfs.tar"), nil
}

// runGuarded runs a command in a process group of its own. If this process is killed meanwhile, the group ends and dir is
// removed all the same.
func runGuarded(cmd *exec.Cmd, dir string) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	// Processes write for a moment after they were killed: removing the folder may take a second try.
	const script = `kill -s KILL -- "-$1"; for try in 1 2 3 4 5 6 7 8 9; do rm -rf "$2" && exit; done`
	g, guardErr := guard.Start(script, nil, strconv.Itoa(cmd.Process.Pid), dir)
	defer g.Dismiss()
	return errors.Join(cmd.Wait(), guardErr)
}

// Changes are the Dockerfile's instructions below ADD, in the form in which Docker's image import takes them.
func Changes() []string {
	_, rest, _ := strings.Cut(dockerfile, "\nADD rootfs.tar /\n")
	return strings.Split(strings.TrimSpace(rest), "\n")
}

func checkTools() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("%w: it takes its system libraries from Linux; run: docker pull %s", ErrTools, Official)
	}
	var missing []string
	for _, tool := range []string{"bash", "tar", "ldd", "sha256sum", "javac", "jlink", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: no %s; install a JDK 17 or newer and Maven: apt-get install openjdk-17-jdk-headless maven",
		ErrTools, strings.Join(missing, ", "))
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}
