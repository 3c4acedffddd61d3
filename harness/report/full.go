package report

import (
	"fmt"
	"io"

	"github.com/stillwater-streams/stillwater/harness"
)

// Full prints a run that passed with its timeline, and its result beside the
// snapshot.
func Full(w io.Writer, r *harness.Result) error {
	if _, err := fmt.Fprintf(w, "%s\n  %s\n\n", r.Scenario.Title, counts(r)); err != nil {
		return err
	}
	if err := Timeline(w, r); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := Beside(w, r); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return Line(w, r)
}
