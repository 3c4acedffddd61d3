package report

import (
	"fmt"
	"io"

	"github.com/stillwater-streams/stillwater/harness"
)

// Full prints a run that passed with its timeline, and its result beside the
// snapshot or, where that was accepted just now, what that changed.
func Full(w io.Writer, r *harness.Result) error {
	if _, err := fmt.Fprintf(w, "%s\n  %s\n\n", r.Scenario.Title, counts(r)); err != nil {
		return err
	}
	if err := timeline(w, r, shown{image: -1}); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if r.Snapshot.Accepted {
		return Accepted(w, r)
	}
	if err := beside(w, r); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return Line(w, r)
}
