package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/review"
)

type acceptCommand struct {
	projectFlags
	All   bool     `help:"All that is pending."`
	Names []string `arg:"" optional:"" help:"Scenarios, patterns, folders, or files of scenarios, snapshots or pending results."`
}

// Run implements kong's command.
func (c *acceptCommand) Run(env *environment, _ *int) error {
	o, err := c.options(env)
	if err != nil {
		return err
	}
	if o.ReadOnly {
		return usage{errors.New("accept: refused where CI is set: accept snapshots where you can look at them")}
	}
	wanted, err := named("accept", o, c.Names, c.All)
	if err != nil {
		return err
	}
	names, err := review.Accept(o, wanted...)
	return decided(env, "accepted", "review them once more: git diff snapshots", names, err)
}

// named are the arguments of accept and reject, or all that is pending.
func named(verb string, o review.Options, names []string, all bool) ([]string, error) {
	if all == (len(names) > 0) {
		return nil, usage{fmt.Errorf("%s: name scenarios, or give --all; stillwater pending lists them", verb)}
	}
	if !all {
		return names, nil
	}
	pending, err := review.Pending(o)
	if err != nil {
		return nil, err
	}
	for _, change := range pending {
		names = append(names, change.Name)
	}
	if len(names) == 0 {
		return nil, usage{fmt.Errorf("%s: nothing is pending", verb)}
	}
	return names, nil
}

// decided prints what became of pending results.
func decided(env *environment, what, next string, names []string, err error) error {
	if err != nil {
		return usage{err}
	}
	fmt.Fprintf(env.out, "  %s\n%s %s; %s\n", strings.Join(names, "\n  "), plural(len(names), "snapshot"), what, next)
	return nil
}
