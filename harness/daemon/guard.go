package daemon

import (
	"slices"
	"sync"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// DefaultDepth is after how many invocations in one chain Lambda's own detection
// stops a loop, through the services that it covers (section 9 of the Lambda
// reference). DynamoDB is not among them.
const DefaultDepth = 16

// Kinds of a [Link].
const (
	linkRecord     = "record"
	linkInvocation = "invocation"
	linkWrite      = "write"
	linkRepeat     = "repeat"
)

// guard finds mappings that feed themselves.
type guard struct {
	log      *trace.Log
	depth    int // that an invocation may have
	mappings int // that run

	mu    sync.Mutex
	floor map[string]int // how deep a mapping of a loop was when that was stopped: it may go as deep again
}

func newGuard(log *trace.Log, depth, mappings int) *guard {
	return &guard{log: log, depth: depth, mappings: mappings, floor: map[string]int{}}
}

// feedsItself tells whether a mapping that is invoked is too deep in a chain of
// causes that it is part of. One whose records a loop writes is as deep, but its
// own invocations are not among their causes, or are so only where the loop began.
func (g *guard) feedsItself(mapping string, i invocation) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i.depth-g.from(mapping, i) <= g.depth {
		return false
	}
	var before []string // the mappings whose invocations led to it, the last one first
	for _, e := range g.log.Chain(i.id) {
		if e.Kind == trace.InvokeStart && e.ID != i.id {
			before = append(before, e.Actor)
		}
	}
	loop := before[:min(len(before), g.mappings)]
	if !slices.Contains(loop, mapping) {
		return false
	}
	// One that stands still stops the loop: the others of it, which may be given
	// what it writes now, go on.
	for _, member := range loop {
		g.floor[member] = i.depth
	}
	return true
}

// from is the depth that an invocation counts from.
func (g *guard) from(mapping string, i invocation) int {
	if floor := g.floor[mapping]; i.depth > floor {
		return floor
	}
	return 0
}

// chain is how an invocation came about, the oldest cause first, with the part
// that repeats itself once and marked.
func (g *guard) chain(i invocation) []Link {
	var links []Link
	for _, e := range slices.Backward(g.log.Chain(i.id)) {
		if l, ok := g.link(e); ok {
			links = append(links, l)
		}
	}
	period, times := repeating(links[:max(0, len(links)-1)])
	if period == 0 {
		return links
	}
	last := links[len(links)-1]
	start := len(links) - 1 - period*times
	links = slices.Concat(links[:start], links[len(links)-1-period:len(links)-1])
	for n := start; n < len(links); n++ {
		links[n].Repeats = true
	}
	return append(links,
		Link{Kind: linkRepeat, Repeats: true, Times: times}, last)
}

// link is a step of the chain, with what the trace says of its batch and writer.
func (g *guard) link(e trace.Event) (Link, bool) {
	l := Link{ID: string(e.ID), Trigger: e.Actor, Op: e.Op, Key: e.Key}
	switch e.Kind {
	case trace.InvokeStart:
		l.Kind, l.Op = linkInvocation, ""
		if batch, ok := g.log.Find(e.Cause[0]); ok {
			l.Records = batch.N
		}
	case trace.Write:
		l.Kind = linkWrite
	case trace.RecordSeen, trace.RecordOrphan:
		l.Kind = linkRecord
		if e.Kind == trace.RecordSeen && len(e.Cause) > 0 {
			if w, ok := g.log.Find(e.Cause[0]); ok {
				l.Trigger = w.Actor
			}
		}
	default:
		return Link{}, false
	}
	return l, true
}

// repeating finds the shortest part at the end of a chain that is there at least
// twice, one right after the other, and how often it is; 0 if there is none. Keys
// count only where they are what repeats: a loop may write a new item each time.
func repeating(links []Link) (period, times int) {
	sames := []func(a, b Link) bool{
		func(a, b Link) bool { return alike(a, b) && a.Key == b.Key },
		alike,
	}
	for _, same := range sames {
		for period := 1; period <= len(links)/2; period++ {
			n := len(links) - period
			for n > 0 && same(links[n-1], links[n-1+period]) {
				n--
			}
			if times := (len(links) - n) / period; times >= 2 {
				return period, times
			}
		}
	}
	return 0, 0
}

// alike compares two links but for their ids, items and the sizes of batches.
func alike(a, b Link) bool {
	return a.Kind == b.Kind && a.Trigger == b.Trigger && a.Op == b.Op
}
