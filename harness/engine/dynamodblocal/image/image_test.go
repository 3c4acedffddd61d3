package image_test

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/image"
)

// The version is pinned in image.go; what depends on it must have moved along.
func TestChecksumsBelongToTheVersion(t *testing.T) {
	data, err := os.ReadFile("lib.sha256")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	form := regexp.MustCompile(`^[0-9a-f]{64}  [A-Za-z0-9._-]+$`)
	for _, line := range lines {
		if !form.MatchString(line) {
			t.Errorf("%q is not a line of sha256sum", line)
		}
	}
	if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasSuffix(line, "  DynamoDBLocal-"+image.Version+".jar") }) {
		t.Errorf("no checksum of DynamoDB Local %s", image.Version)
	}
}

// Docker's import takes these instructions only, one in each string.
func TestChangesAreWhatImportTakes(t *testing.T) {
	allowed := regexp.MustCompile(`^(CMD|ENTRYPOINT|ENV|EXPOSE|LABEL|USER|VOLUME|WORKDIR) `)
	changes := image.Changes()
	for _, c := range changes {
		if !allowed.MatchString(c) {
			t.Errorf("%q cannot be given to an import", c)
		}
	}
	for _, want := range []string{"USER dynamodblocal", "WORKDIR /home/dynamodblocal", `ENTRYPOINT ["java"]`} {
		if !slices.Contains(changes, want) {
			t.Errorf("%q is missing: the engine's command counts on it", want)
		}
	}
}

func TestBuildSaysWhatToInstall(t *testing.T) {
	onLinux(t)
	t.Setenv("PATH", t.TempDir())
	_, err := image.Build(t.Context(), t.TempDir())
	if !errors.Is(err, image.ErrTools) {
		t.Fatalf("got %v, want ErrTools", err)
	}
	for _, part := range []string{"javac", "jlink", "mvn", "apt-get install openjdk-17-jdk-headless maven"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func onLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the image is built on Linux only")
	}
}

// fakeTools puts a Maven and a jlink first in the path that bring fixed files instead of downloading and linking.
func fakeTools(t *testing.T, mvn string) {
	t.Helper()
	onLinux(t)
	bin := t.TempDir()
	for name, script := range map[string]string{
		"mvn":   mvn,
		"javac": "exit 0",
		"jlink": `for last; do :; done; mkdir -p "$last/bin" "$last/lib/server"; cp /bin/true "$last/bin/java"`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/usr/bin/env bash\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// A file that is not the pinned one ends the build, and so does one that nobody pinned.
func TestBuildRefusesOtherFiles(t *testing.T) {
	for _, test := range []struct{ name, mvn, want string }{
		{"nothing pinned is there", `mkdir lib && echo evil >lib/DynamoDBLocal-3.3.1.jar`, "build.sh: exit status 1"},
		{"Maven fails", `echo "no route to host" >&2; exit 1`, "no route to host"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fakeTools(t, test.mvn)
			dir := t.TempDir()
			_, err := image.Build(t.Context(), dir)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "rootfs.tar")); err == nil {
				t.Error("there is a root file system all the same")
			}
		})
	}
}

// The script is run with small files in the place of Maven's and with their checksums, to see what it makes of them.
func TestScriptMakesTheOfficialLayout(t *testing.T) {
	fakeTools(t, `mkdir lib && echo a >lib/a.jar && echo d >lib/DynamoDBLocal-3.3.1.jar`)
	got := files(t, runScript(t, "DynamoDBLocal-3.3.1.jar", "d\n", "a.jar", "a\n"))
	for name, owner := range map[string]int{
		"./home/dynamodblocal/DynamoDBLocal.jar":       1000,
		"./home/dynamodblocal/DynamoDBLocal_lib/a.jar": 1000,
		"./usr/bin/java": 0,
		"./etc/passwd":   0,
		"./tmp/":         0,
	} {
		if uid, ok := got[name]; !ok || uid != owner {
			t.Errorf("%s: there %t, owner %d, want %d", name, ok, uid, owner)
		}
	}
}

func TestScriptRefusesAFileTooMany(t *testing.T) {
	fakeTools(t, `mkdir lib && echo a >lib/a.jar && echo d >lib/DynamoDBLocal-3.3.1.jar`)
	dir, out, err := script(t, "DynamoDBLocal-3.3.1.jar", "d\n")
	if err == nil || !strings.Contains(out, "a.jar") {
		t.Errorf("got %v %q, want a complaint about a.jar", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "rootfs.tar")); err == nil {
		t.Error("there is a root file system all the same")
	}
}

// files lists a tar file: name and owner.
func files(t *testing.T, path string) map[string]int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	found := map[string]int{}
	for reader := tar.NewReader(file); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		found[header.Name] = header.Uid
	}
}
