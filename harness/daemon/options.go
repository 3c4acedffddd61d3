package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aymanbagabas/go-udiff"

	"github.com/stillwater-streams/stillwater/consumer/mapping"
	"github.com/stillwater-streams/stillwater/harness"
)

// Options of [Run]. Project, Endpoint and Printer are required.
type Options struct {
	Project harness.Project
	// Endpoint is that of DynamoDB and its streams: "http://127.0.0.1:8000".
	Endpoint string
	// Region and AccessKey choose the database of a DynamoDB Local without
	// -sharedDb; SecretKey signs and is not verified. "" means DefaultRegion,
	// DefaultAccessKey, and the access key.
	Region, AccessKey, SecretKey string
	// SQSEndpoint has the on-failure queues; "" means queues in this process.
	SQSEndpoint string
	// Tables and Triggers restrict what runs; none means all that are enabled.
	Tables, Triggers []string
	// From has starting positions for mappings without a checkpoint: "LATEST" for
	// all, "indicators=LATEST" for one. Later ones count more.
	From []string
	// Poll is that of consumer.Options, BackoffFirst, too.
	Poll, BackoffFirst time.Duration
	// Depth is how many invocations a chain of causes may have; 0 means
	// DefaultDepth.
	Depth int
	// Worker names this process in leases.
	Worker string
	// Sockets is the folder of the control socket; "" is for none.
	Sockets string
	Printer Printer
}

// ErrUsage is matched by errors that are the user's to correct in the call.
var ErrUsage = errors.New("wrong usage")

// usage marks an error.
type usage struct{ error }

func (u usage) Is(target error) bool { return target == ErrUsage }
func (u usage) Unwrap() error        { return u.error }

// check fills in defaults and returns the triggers that run, or all that is wrong.
func (o *Options) check() ([]harness.Trigger, error) {
	o.Region = cmp.Or(o.Region, DefaultRegion)
	o.AccessKey = cmp.Or(o.AccessKey, DefaultAccessKey)
	o.SecretKey = cmp.Or(o.SecretKey, o.AccessKey)
	o.Depth = cmp.Or(o.Depth, DefaultDepth)
	o.Worker = cmp.Or(o.Worker, "stillwater-consume")
	var wrong []error
	_, err := checkEndpoint("--endpoint", o.Endpoint)
	wrong = append(wrong, err, checkAccessKey(o.AccessKey))
	if o.SQSEndpoint != "" {
		_, err := checkEndpoint("--sqs-endpoint", o.SQSEndpoint)
		wrong = append(wrong, err)
	}
	if o.Depth < 1 {
		wrong = append(wrong, fmt.Errorf("--depth %d: must be at least 1", o.Depth))
	}
	if o.Poll < 0 {
		wrong = append(wrong, fmt.Errorf("--poll %v: must not be negative", o.Poll))
	}
	triggers, err := o.choose()
	wrong = append(wrong, err)
	if err == nil {
		wrong = append(wrong, startAt(triggers, o.From))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, usage{err}
	}
	return triggers, nil
}

// choose returns the triggers that run, in the order of the project.
func (o *Options) choose() ([]harness.Trigger, error) {
	names, tables := map[string]bool{}, map[string]bool{}
	for _, t := range o.Project.Triggers {
		names[t.Mapping.Trigger], tables[t.Mapping.Table] = true, true
	}
	var wrong []error
	for _, name := range o.Triggers {
		wrong = append(wrong, known("--trigger", name, names))
	}
	for _, name := range o.Tables {
		wrong = append(wrong, known("--table", name, tables))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	var chosen []harness.Trigger
	for _, t := range o.Project.Triggers {
		m := t.Mapping
		named := len(o.Triggers) == 0 || slices.Contains(o.Triggers, m.Trigger)
		if !named || len(o.Tables) > 0 && !slices.Contains(o.Tables, m.Table) {
			continue
		}
		if t.New == nil {
			wrong = append(wrong, fmt.Errorf("trigger %s: New is missing: it builds the handler", m.Trigger))
		}
		if !m.Enabled {
			if len(o.Triggers) > 0 {
				wrong = append(wrong, fmt.Errorf("--trigger %s: it is not enabled: set enabled to true", m.Trigger))
			}
			continue
		}
		chosen = append(chosen, t)
	}
	if len(chosen) == 0 && errors.Join(wrong...) == nil {
		wrong = append(wrong, errors.New("no trigger to run: none is enabled, or --table and --trigger leave none"))
	}
	return chosen, errors.Join(wrong...)
}

// startAt gives mappings the starting positions that were asked for.
func startAt(triggers []harness.Trigger, from []string) error {
	names := map[string]bool{}
	for _, t := range triggers {
		names[t.Mapping.Trigger] = true
	}
	var wrong []error
	for _, text := range from {
		name, position, one := strings.Cut(text, "=")
		if !one {
			name, position = "", text
		} else if err := known("--from", name, names); err != nil {
			wrong = append(wrong, err)
			continue
		}
		if position != mapping.TrimHorizon && position != mapping.Latest {
			wrong = append(wrong, fmt.Errorf("--from %s: must be %s or %s, or TRIGGER=%s", text, mapping.TrimHorizon, mapping.Latest, mapping.Latest))
			continue
		}
		for i := range triggers {
			if m := &triggers[i].Mapping; name == "" || m.Trigger == name {
				m.StartingPosition = position
			}
		}
	}
	for i := range triggers {
		m := &triggers[i].Mapping
		m.StartingPosition = cmp.Or(m.StartingPosition, mapping.DefaultStartingPosition)
	}
	return errors.Join(wrong...)
}

// known is an error for a name that is not among those that are.
func known(flag, name string, names map[string]bool) error {
	if names[name] {
		return nil
	}
	best, fewest := "", 0
	for _, other := range slices.Sorted(maps.Keys(names)) {
		slips := 0
		for _, e := range udiff.Strings(strings.ToLower(name), strings.ToLower(other)) {
			slips += max(e.End-e.Start, len(e.New))
		}
		if slips <= max(2, len(other)/3) && (best == "" || slips < fewest) {
			best, fewest = other, slips
		}
	}
	if best != "" {
		return fmt.Errorf("%s %s: there is none: did you mean %s?", flag, name, best)
	}
	return fmt.Errorf("%s %s: there is none; there are: %s", flag, name, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
}

// region and account are those of the ARNs and records that handlers see.
func (o *Options) region() string { return cmp.Or(o.Project.Region, harness.DefaultRegion) }

func (o *Options) account() string { return cmp.Or(o.Project.AccountID, harness.DefaultAccountID) }
