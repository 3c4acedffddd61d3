package sink

import (
	"slices"
	"strings"
	"sync"
)

// Stray is one call by a client that the harness did not give.
type Stray struct {
	// Service is the name that the request is signed for ("dynamodb"; Streams are
	// signed for "dynamodb" too), empty if it is not signed.
	Service string
	// Operation is the operation ("GetItem"), for REST services the method and path
	// ("PUT /bucket/key").
	Operation string
	// Suspects are the invocations that ran when the call came, sorted and joined
	// by ", ": one of them, or a goroutine of one, made it. Empty: none ran.
	Suspects string
	// Message is what the client was told.
	Message string
}

// blame is the text for whoever made the call, as precise as it can be: a process
// has one environment, so a call does not say which of several handlers it is from.
func blame(suspects []string) string {
	const advice = " built its own client; take it from Environment.AWS"
	var triggers []string
	for _, invocation := range suspects {
		trigger, _, _ := strings.Cut(invocation, " ")
		triggers = append(triggers, trigger)
	}
	slices.Sort(triggers)
	triggers = slices.Compact(triggers)
	switch len(triggers) {
	case 0:
		return "code outside any invocation" + advice
	case 1:
		return "trigger " + triggers[0] + advice
	}
	return "one of the triggers " + strings.Join(triggers, ", ") + advice
}

// subscriber calls f one call at a time, and never once it is cancelled.
type subscriber struct {
	mu sync.Mutex
	f  func(Stray)
}

func (s *subscriber) tell(stray Stray) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.f != nil {
		s.f(stray)
	}
}

func (s *subscriber) cancel() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.f = nil
}
