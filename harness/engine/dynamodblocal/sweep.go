package dynamodblocal

import (
	"context"
	"errors"
	"fmt"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
)

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
