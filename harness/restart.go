package harness

import (
	"slices"

	"github.com/stillwater-streams/stillwater/consumer"
	"github.com/stillwater-streams/stillwater/consumer/core"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// restart is the death of the consumer and its return: every lane goes on at its
// checkpoint, and every environment is cold.
func (a *attempt) restart() {
	a.restarts++
	a.jumped = false
	for _, s := range a.mappings {
		s.warm = nil
		for _, d := range s.shards {
			d.restart()
		}
	}
}

// restart forgets what is not in the checkpoint. A shard that is done stays so:
// its lease says it.
func (d *shard) restart() {
	if d.done() {
		return
	}
	after := d.core.Position()
	d.core = core.New(d.source.trigger.Mapping.Core(), after)
	d.reader = consumer.NewReader(d.source.attempt.streams, d.source.streamARN, d.at.ID, after.Sequence)
	d.batches, d.last, d.repeats = map[int]batch{}, map[int]trace.ID{}, map[int]repeat{}
	d.read = slices.DeleteFunc(d.read, func(sequence string) bool {
		return core.CompareSequence(sequence, after.Sequence) > 0
	})
}

// done reports whether the shard is closed, read out and dealt with.
func (d *shard) done() bool {
	_, done := d.core.Next(d.source.attempt.clock.Now())[0].(core.Done)
	return done
}

// read is how many records the mapping has read and not given back.
func (s *source) read() int {
	n := s.lost
	for _, d := range s.shards {
		n += len(d.read)
	}
	return n
}
