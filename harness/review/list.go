package review

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/stillwater-streams/stillwater/harness/report"
)

// ListVersion is that of the form of [List].
const ListVersion = 1

// List is what is pending, for programs.
type List struct {
	Version int     `json:"version"`
	Pending []Entry `json:"pending"`
}

// Entry is one pending snapshot.
type Entry struct {
	Scenario     string `json:"scenario"`
	Path         string `json:"path"`    // of the scenario's file
	Outcome      string `json:"outcome"` // changed or missing
	SnapshotPath string `json:"snapshot_path"`
	PendingPath  string `json:"pending_path"`
	// Group numbers changes that are the same, from 1.
	Group   int                  `json:"group"`
	Changes []report.ChangedLine `json:"changes"`
	Accept  string               `json:"accept"` // the commands
	Reject  string               `json:"reject"`
}

// WriteJSON gives what is pending as one [List].
func WriteJSON(w io.Writer, pending []Change) error {
	list := List{Version: ListVersion, Pending: []Entry{}}
	for i, g := range Groups(pending) {
		for _, c := range g.Changes {
			s := c.Result.Snapshot
			list.Pending = append(list.Pending, Entry{
				Scenario: c.Name, Path: c.Result.Scenario.Path, Outcome: s.Outcome.String(),
				SnapshotPath: s.Path, PendingPath: s.PendingPath, Group: i + 1, Changes: c.Lines(),
				Accept: "stillwater accept " + c.Name, Reject: "stillwater reject " + c.Name,
			})
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
}

// WriteText gives what is pending for people without a terminal: each group of
// changes once, with the command that accepts it.
func WriteText(w io.Writer, pending []Change) error {
	if len(pending) == 0 {
		_, err := fmt.Fprintln(w, "nothing is pending")
		return err
	}
	var b strings.Builder
	for _, g := range Groups(pending) {
		for _, c := range g.Changes {
			fmt.Fprintf(&b, "%s   snapshot %s\n", c.Name, c.Result.Snapshot.Outcome)
		}
		if len(g.Changes) > 1 {
			fmt.Fprintf(&b, "  %d snapshots with the same change; of the first:\n", len(g.Changes))
		}
		if err := report.Diff(&b, g.Changes[0].Result); err != nil {
			return err
		}
		names := strings.Join(g.Names(), " ")
		fmt.Fprintf(&b, "\n  accept  stillwater accept %s\n  reject  stillwater reject %s\n\n", names, names)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
