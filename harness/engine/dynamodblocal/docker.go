package dynamodblocal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	stdlog "log"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
)

// hostOverride is testcontainers' variable for where containers' ports are reached.
const hostOverride = "TESTCONTAINERS_HOST_OVERRIDE"

// pingPatience is how long a daemon may take to say that it is there.
const pingPatience = 10 * time.Second

// docker is a connection to the Docker daemon, made by testcontainers so that its rules for finding the daemon hold.
type docker struct {
	provider *testcontainers.DockerProvider
	api      client.APIClient
}

// connect finds the daemon and asks whether it is alive.
func connect(ctx context.Context) (*docker, error) {
	withoutReaper()
	withoutBanner()
	if err := ask(ctx); err != nil {
		return nil, err
	}
	provider, err := testcontainers.ProviderDefault.GetProvider(testcontainers.WithLogger(log.NewNoopLogger()))
	if err != nil {
		return nil, &noDockerError{where: daemonAddress(), cause: err}
	}
	d := provider.(*testcontainers.DockerProvider)
	if _, err := d.Client().Ping(ctx, client.PingOptions{}); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, &noDockerError{where: d.Client().DaemonHost(), cause: err}
	}
	return &docker{provider: d, api: d.Client()}, nil
}

// ask finds a daemon that takes connections and never answers, which testcontainers would wait for without end; and one
// that DOCKER_HOST names and that is not there, in whose place testcontainers would quietly take another. Any other
// trouble is left to testcontainers, which knows more places where a daemon may be.
func ask(ctx context.Context) error {
	api, err := client.New(client.FromEnv)
	if err != nil {
		return &noDockerError{where: daemonAddress(), cause: err}
	}
	defer api.Close()
	asking, cancel := context.WithTimeout(ctx, pingPatience)
	defer cancel()
	_, err = api.Ping(asking, client.PingOptions{})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && asking.Err() != nil:
		return &noDockerError{where: api.DaemonHost(), cause: fmt.Errorf("no answer within %v", pingPatience)}
	case err != nil && os.Getenv(client.EnvOverrideHost) != "":
		return &noDockerError{where: api.DaemonHost(), cause: err}
	default:
		return nil
	}
}

// elsewhere is an error if the daemon is on another computer: containers are published on its loopback address, which
// nobody can reach from here.
func (d *docker) elsewhere() error {
	address, err := url.Parse(d.api.DaemonHost())
	if err != nil || os.Getenv(hostOverride) != "" {
		return nil
	}
	switch address.Scheme {
	case "tcp", "http", "https", "ssh":
		host := address.Hostname()
		if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
			return nil
		}
		return fmt.Errorf("docker: the daemon at %s is on another computer, and containers are published on loopback only: "+
			"run beside the daemon, or forward its ports and set %s=127.0.0.1", d.api.DaemonHost(), hostOverride)
	}
	return nil
}

func (d *docker) close() { _ = d.provider.Close() }

// daemonAddress is where testcontainers looked, for an error message.
func daemonAddress() string {
	if host := os.Getenv(client.EnvOverrideHost); host != "" {
		return host
	}
	return "unix:///var/run/docker.sock"
}

// withoutReaper switches testcontainers' own reaper off, unless the user decided: its image is one more to pull, and
// without a registry the first container fails. This package has its own guard.
//
// testcontainers reads its configuration once per process. So the variable is there while that happens and is taken
// away again: child processes do not inherit it. Two engines starting at once do each other no harm, since the first to
// take the variable away has made testcontainers read it. If the process used testcontainers before, its setting stays;
// then created, in container.go, copes with a reaper that fails.
func withoutReaper() {
	const name = "TESTCONTAINERS_RYUK_DISABLED"
	if _, ok := os.LookupEnv(name); ok {
		return
	}
	if os.Setenv(name, "true") == nil {
		testcontainers.ReadConfig()
		_ = os.Unsetenv(name)
	}
}

// withoutBanner drops the twelve lines that testcontainers prints when a process first connects. They go to its default
// logger, whatever logger a provider is given; a user should see our lines only. Other lines of that logger, which are
// the user's if there are any, pass.
func withoutBanner() {
	logger, ok := log.Default().(*stdlog.Logger)
	if !ok {
		return // the user's own logger
	}
	if _, filtered := logger.Writer().(bannerFilter); !filtered {
		logger.SetOutput(bannerFilter{logger.Writer()})
	}
}

// bannerFilter relies on a log.Logger writing each message with one call.
type bannerFilter struct{ io.Writer }

func (f bannerFilter) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("testcontainers-go - Connected to docker:")) {
		return len(p), nil
	}
	return f.Writer.Write(p)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
