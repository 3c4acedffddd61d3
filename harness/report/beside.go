package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// beside prints the result on the left and the snapshot on the right, with a
// mark where they differ.
func beside(w io.Writer, r *harness.Result) error {
	rows := [][2]string{}
	diff := r.Snapshot.Diff
	if len(diff) == 0 {
		for _, l := range r.Rendering.Lines {
			diff = append(diff, snapshot.DiffLine{Op: ' ', Text: l.Text})
		}
	}
	width := len("this run")
	for _, d := range diff {
		row := [2]string{d.Text, d.Text}
		switch d.Op {
		case '+':
			row[1] = ""
		case '-':
			row[0] = ""
		}
		rows = append(rows, row)
		width = max(width, utf8.RuneCountInString(row[0]))
	}
	if _, err := fmt.Fprintf(w, "  %s   %s\n", pad("this run", width), r.Snapshot.Path); err != nil {
		return err
	}
	for _, row := range rows {
		mark := "="
		if row[0] != row[1] {
			mark = "≠"
		}
		line := strings.TrimRight(fmt.Sprintf("  %s %s %s", pad(row[0], width), mark, row[1]), " ")
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}
