package dynamodblocal

import (
	"context"
	"fmt"
	"net"

	"github.com/moby/moby/client"

	"github.com/stillwater-streams/stillwater/harness/engine"
	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/image"
)

// Examine looks at all that [Start] needs of this computer, and changes nothing: the Docker daemon, the image, the ports
// of the loopback address, and containers that killed runs left behind.
func Examine(ctx context.Context) []engine.Check {
	checks := []engine.Check{examinePort(ctx)}
	d, err := connect(ctx)
	if err != nil {
		return append([]engine.Check{{Name: "docker", Found: firstLine(err), Do: "start it, or go on without: --engine memory, where there is one"}}, checks...)
	}
	defer d.close()
	return append([]engine.Check{d.examineDaemon(ctx), d.examineImage(ctx)}, append(checks, d.examineLeftovers(ctx))...)
}

func (d *docker) examineDaemon(ctx context.Context) engine.Check {
	c := engine.Check{Name: "docker", OK: true, Found: "answers at " + d.api.DaemonHost()}
	if err := d.elsewhere(); err != nil {
		return engine.Check{Name: c.Name, Found: firstLine(err), Do: "run beside the daemon"}
	}
	if version, err := d.api.ServerVersion(ctx, client.ServerVersionOptions{}); err == nil {
		c.Found = fmt.Sprintf("version %s %s", version.Version, c.Found)
	}
	return c
}

func (d *docker) examineImage(ctx context.Context) engine.Check {
	for _, name := range []string{image.Local, image.Official} {
		ok, err := d.hasImage(ctx, name)
		if err != nil {
			return engine.Check{Name: "image", Found: firstLine(err), Do: "look at the Docker daemon's log"}
		}
		if ok {
			return engine.Check{Name: "image", OK: true, Found: name + " is here"}
		}
	}
	return engine.Check{Name: "image", Found: "neither " + image.Local + " nor " + image.Official + " is here",
		Do: "stillwater image pulls or builds it; the first run does so, too"}
}

// examinePort binds a port as Docker does for a container.
func examinePort(ctx context.Context) engine.Check {
	c := engine.Check{Name: "port", OK: true, Found: "127.0.0.1 has free ports"}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return engine.Check{Name: c.Name, Found: "no port of 127.0.0.1 can be had: " + firstLine(err), Do: "end what holds them, or bring the loopback interface up"}
	}
	_ = listener.Close()
	return c
}

func (d *docker) examineLeftovers(ctx context.Context) engine.Check {
	c := engine.Check{Name: "leftovers", OK: true}
	list, err := d.api.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: client.Filters{}.Add("label", labelEngine)})
	if err != nil {
		return engine.Check{Name: c.Name, Found: firstLine(err), Do: "look at the Docker daemon's log"}
	}
	dead, alive := 0, 0
	for _, container := range list.Items {
		if o, ok := ownerOf(container.Labels); ok && o.dead(self(), processStart) {
			dead++
		} else {
			alive++
		}
	}
	c.Found = fmt.Sprintf("%d containers of killed runs, %d of runs that may be alive", dead, alive)
	if dead > 0 {
		c.OK, c.Do = false, "the next start of an engine removes them: stillwater run"
	}
	return c
}
