package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"

	"github.com/stillwater-streams/stillwater/harness/engine/dynamodblocal/guard"
)

// guardContainers removes the containers of an engine when the process is gone without having closed it. Where the Docker
// command line client is missing there is no guard, and what is left behind is there until the next Start sweeps it.
func (d *docker) guardContainers(engine string) (*guard.Guard, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return nil, nil //nolint:nilerr // documented
	}
	const script = `ids=$(docker ps --all --quiet --no-trunc --filter "label=$1") && [ -n "$ids" ] && exec docker rm --force --volumes $ids`
	return guard.Start(script, []string{client.EnvOverrideHost + "=" + d.api.DaemonHost()}, labelEngine+"="+engine)
}

// sweep removes containers of runs that were killed so thoroughly that even their guard could not. It returns how many.
func (d *docker) sweep(ctx context.Context, observer owner) (int, error) {
	list, err := d.api.ContainerList(ctx, client.ContainerListOptions{
		All:     true, // created but never started, too
		Filters: client.Filters{}.Add("label", labelEngine),
	})
	if err != nil {
		return 0, fmt.Errorf("sweep: %w", err)
	}
	swept := 0
	var errs []error
	for _, c := range list.Items {
		o, ok := ownerOf(c.Labels)
		if !ok || !o.dead(observer, processStart) {
			continue
		}
		if err := d.remove(ctx, c.ID); err != nil {
			errs = append(errs, fmt.Errorf("sweep: %w", err))
			continue
		}
		swept++
	}
	return swept, errors.Join(errs...)
}

// remove kills a container and removes it with its volumes. One that is gone, or that somebody else is removing (another
// sweep, the guard), is fine.
func (d *docker) remove(ctx context.Context, id string) error {
	_, err := d.api.ContainerRemove(ctx, id, client.ContainerRemoveOptions{RemoveVolumes: true, Force: true})
	if err == nil || errdefs.IsNotFound(err) || errdefs.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("container %.12s: %w", id, err)
}
