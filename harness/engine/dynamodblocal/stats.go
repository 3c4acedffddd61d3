package dynamodblocal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// Stats tells how many threads the container has that takes new databases, and how many bytes of memory it uses (as
// `docker stats` counts: without the file cache).
func (e *Engine) Stats(ctx context.Context) (threads int, memoryBytes uint64, err error) {
	e.mu.Lock()
	current := e.current
	e.mu.Unlock()
	if current == nil {
		return 0, 0, environment(errors.New("stats: the engine is closed"))
	}
	answer, err := e.docker.api.ContainerStats(ctx, current.id, client.ContainerStatsOptions{})
	if err != nil {
		return 0, 0, environment(fmt.Errorf("stats: %w", err))
	}
	defer answer.Body.Close()
	var stats container.StatsResponse
	if err := json.NewDecoder(answer.Body).Decode(&stats); err != nil {
		return 0, 0, environment(fmt.Errorf("stats: %w", err))
	}
	return int(stats.PidsStats.Current), memory(stats.MemoryStats), nil
}

// memory leaves out the file cache, which the kernel takes back when it likes. Control groups of version 1 and 2 name
// it differently.
func memory(m container.MemoryStats) uint64 {
	for _, cache := range []string{"total_inactive_file", "inactive_file"} {
		if n, ok := m.Stats[cache]; ok && n < m.Usage {
			return m.Usage - n
		}
	}
	return m.Usage
}
