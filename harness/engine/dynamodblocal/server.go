package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
)

const port = "8000/tcp"

// createPatience and removePatience bound the two calls that are not cut short by the caller's context.
const (
	createPatience = 30 * time.Second
	removePatience = 30 * time.Second
)

// command fits the official image and ours: both have java as entrypoint and these files in their working directory.
// There is no -sharedDb: without it each access key is a database of its own. The quick compiler alone halves the
// processor time of a start and of the self-test (3.0 s to 1.7 s, 1.6 s to 0.8 s), which is what short runs are made of.
func command() []string {
	return []string{
		"-XX:TieredStopAtLevel=1",
		"-cp", "DynamoDBLocal.jar:DynamoDBLocal_lib/*", "software.amazon.dynamodb.services.local.main.ServerRunner",
		"-inMemory", "-disableTelemetry", "-port", "8000",
	}
}

// server is one container.
type server struct {
	id       string
	endpoint string

	// Both under Engine.mu.
	opened int // databases handed out in its life
	inUse  int // databases not closed yet
}

// startServer creates and starts a container and asks where it listens; it does not wait for it to be ready. On an error
// no container is left.
func (d *docker) startServer(ctx context.Context, img string, labels map[string]string) (_ *server, err error) {
	if err := d.elsewhere(); err != nil {
		return nil, err
	}
	ctr, err := d.created(ctx, img, labels)
	if err != nil {
		return nil, fmt.Errorf("container of %s: %w", img, err)
	}
	id := ctr.GetContainerID()
	defer func() {
		if err != nil {
			err = errors.Join(err, d.discard(ctx, id))
		}
	}()
	if err := ctr.Start(ctx); err != nil {
		return nil, fmt.Errorf("container of %s: %w", img, err)
	}
	endpoint, err := d.endpoint(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("container of %s: %w", img, err)
	}
	return &server{id: id, endpoint: endpoint}, nil
}

// created makes a container without starting it. The call is not cut short when ctx ends: the daemon would finish it
// and nobody would know the container's id.
func (d *docker) created(ctx context.Context, img string, labels map[string]string) (testcontainers.Container, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), createPatience)
	defer cancel()
	ctr, err := d.provider.CreateContainer(ctx, testcontainers.ContainerRequest{
		Image:        img,
		Entrypoint:   []string{"java"},
		Cmd:          command(),
		Labels:       labels,
		ExposedPorts: []string{port},
		ConfigModifier: func(c *container.Config) {
			c.WorkingDir = "/home/dynamodblocal"
		},
		HostConfigModifier: func(h *container.HostConfig) {
			// Loopback only: DynamoDB Local checks no signatures.
			h.PortBindings = network.PortMap{network.MustParsePort(port): {{HostIP: netip.MustParseAddr("127.0.0.1")}}}
		},
	})
	if err == nil {
		return ctr, nil
	}
	if ctr == nil {
		return nil, err
	}
	if !testcontainers.ReadConfig().Config.RyukDisabled {
		// This process used testcontainers before, with its reaper, and the reaper does not come up (no registry?).
		// The container is made, only the reaper is missing, and we have a guard of our own.
		return ctr, nil
	}
	return nil, errors.Join(err, d.discard(ctx, ctr.GetContainerID()))
}

// endpoint asks the daemon which port the container got. testcontainers is not asked for the host: in a container, or
// where it takes the computer for one (a /.dockerenv file), it answers with a gateway that nothing is published on.
func (d *docker) endpoint(ctx context.Context, id string) (string, error) {
	got, err := d.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return "", err
	}
	bindings := got.Container.NetworkSettings.Ports[network.MustParsePort(port)]
	if len(bindings) == 0 {
		return "", fmt.Errorf("port %s is not published: %s", port, d.lastWords(ctx, id))
	}
	host := os.Getenv(hostOverride)
	if host == "" {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, bindings[0].HostPort), nil
}

// discard removes a container even when ctx has ended, which is the usual reason for calling it.
func (d *docker) discard(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removePatience)
	defer cancel()
	return d.remove(ctx, id)
}

// died tells why a container does not run any more; nil while it does.
func (d *docker) died(ctx context.Context, id string) error {
	got, err := d.api.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return err
	}
	if state := got.Container.State; state != nil && !state.Running {
		return fmt.Errorf("the container ended with exit code %d: %s", state.ExitCode, d.lastWords(ctx, id))
	}
	return nil
}

// lastWords is the end of a container's log, on one line.
func (d *docker) lastWords(ctx context.Context, id string) string {
	logs, err := d.api.ContainerLogs(ctx, id, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true, Tail: "5"})
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	defer logs.Close()
	text, err := io.ReadAll(logs)
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	// Docker puts eight bytes before each piece of the log: which stream, and how long.
	printable := strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return '|'
		case r < ' ' || r == '\uFFFD':
			return -1
		default:
			return r
		}
	}, string(text))
	if printable = strings.Trim(printable, " |"); printable == "" {
		return "its log is empty"
	}
	return "its log ends: " + printable
}
