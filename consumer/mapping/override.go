package mapping

import (
	"errors"
	"maps"
	"slices"
)

// Override returns the mapping with other values of some of its parameters. data
// is a JSON object with the keys of a trigger, {"batch_size": 1}, and is held to
// the same ranges; a null takes a parameter back to its default. Which function
// it is, and of which table, cannot be overridden. An error holds every mistake
// of data, one per line, by the name of the trigger and of the parameter.
func (m Mapping) Override(data []byte) (Mapping, error) {
	s := &source{name: "overrides of " + m.Trigger, data: data}
	root, ok := s.tree()
	if ok {
		m.Given = maps.Clone(m.Given)
		if m.Given == nil {
			m.Given = map[string]Place{}
		}
		s.override(root, &m)
	}
	if len(s.mistakes) == 0 {
		return m, nil
	}
	slices.SortStableFunc(s.mistakes, inOrder)
	var messages []error
	for _, mistake := range s.mistakes {
		messages = append(messages, errors.New(mistake.(*Mistake).Message))
	}
	return Mapping{}, errors.Join(messages...)
}

func (s *source) override(root node, m *Mapping) {
	fields := triggerFields(m)
	keys, lambda := make([]string, 0, len(fields)), make(map[string]string, len(fields))
	for _, f := range fields {
		keys = append(keys, f.key)
		lambda[f.key] = f.lambda
	}
	members, ok := s.object(root, "trigger "+m.Trigger, keys, lambda)
	if !ok {
		return
	}
	for _, f := range fields {
		n, given := members[f.key]
		switch {
		case !given:
		case f.preset == nil:
			s.mistake(n.at, "trigger %s: %s: cannot be overridden: it says which function this is", m.Trigger, f.key)
		default:
			s.replace(f, n, m)
		}
	}
	s.together(members, m)
}

// replace sets a parameter that has a value already.
func (s *source) replace(f field, n node, m *Mapping) {
	switch f.key { // those that a value only adds to
	case "reserved_concurrency":
		m.ReservedConcurrency = nil
	case "filters":
		m.Filters = nil
	case "function_response_types":
		m.ReportBatchItemFailures = false
	case "metrics_config":
		m.EventCount = false
	case "bisect_batch_on_function_error":
		m.BisectBatchOnFunctionError = false
	case "on_failure":
		m.OnFailure = ""
	case "maximum_retry_attempts":
		m.RetryDefaulted = n.value == nil
	}
	f.preset()
	delete(m.Given, f.key)
	if n.value == nil {
		return
	}
	m.Given[f.key] = Place{}
	s.set(m.Trigger, f, n)
}

// together checks what does not go together, where an override has a part in it:
// the rest is what the mapping says itself.
func (s *source) together(members map[string]node, m *Mapping) {
	window, changesWindow := members["tumbling_window_in_seconds"]
	factor, changesFactor := members["parallelization_factor"]
	if m.TumblingWindow == 0 || m.ParallelizationFactor <= 1 || !changesWindow && !changesFactor {
		return
	}
	at := window.at
	if !changesWindow {
		at = factor.at
	}
	s.mistake(at, "trigger %s: tumbling_window_in_seconds: %v needs a parallelization_factor of 1, not %d: "+
		"a shard has one window at a time, with one state", m.Trigger, m.TumblingWindow, m.ParallelizationFactor)
}
