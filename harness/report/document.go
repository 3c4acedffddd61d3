package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/harness/settle"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// DocumentVersion is that of the form of [Document]. It changes when a reader of
// the old form would misread the new one, not when a member is added.
const DocumentVersion = 1

// Document is what [JSON] writes: one object for a whole run.
type Document struct {
	Version int     `json:"version"`
	Results []Entry `json:"results"`
	// Obsolete are snapshots that no scenario has.
	Obsolete []string `json:"obsolete,omitempty"`
	// Outcomes counts the results by outcome.
	Outcomes map[string]int `json:"outcomes"`
}

// Entry is one result.
type Entry struct {
	Scenario string `json:"scenario"` // "vulnerabilities/close_one"
	Path     string `json:"path"`     // of its file, below the root
	Title    string `json:"title,omitempty"`
	// Outcome is passed, differs, step_failed, unsettled or skipped.
	Outcome string `json:"outcome"`
	// Snapshot is match, changed or missing; "" where nothing was compared.
	Snapshot     string `json:"snapshot,omitempty"`
	Accepted     bool   `json:"accepted,omitempty"`
	SnapshotPath string `json:"snapshot_path,omitempty"`
	PendingPath  string `json:"pending_path,omitempty"`
	// Seconds of real time, and of virtual time since the first step.
	Seconds        float64 `json:"seconds"`
	VirtualSeconds float64 `json:"virtual_seconds"`
	Seed           uint64  `json:"seed,omitempty"`
	Counts         Counts  `json:"counts"`
	// Changes are the changed lines, in the order of the diff.
	Changes []ChangedLine `json:"changes,omitempty"`
	// Error says what went wrong where nothing was compared, or why it was skipped.
	Error string `json:"error,omitempty"`
	// Open is what was still to be done when the run gave up.
	Open []settle.Obligation `json:"open,omitempty"`
	// Rerun is the command that runs it again, for what did not pass.
	Rerun string `json:"rerun,omitempty"`
}

// ChangedLine is a line that differs from the snapshot.
type ChangedLine struct {
	Op   string `json:"op"`   // + or -
	Text string `json:"text"` // as in the snapshot
	// Section and Path say where the line stands, At at which moment of the scenario.
	Section string     `json:"section,omitempty"`
	Path    string     `json:"path,omitempty"`
	At      string     `json:"at,omitempty"`
	Cause   *CauseText `json:"cause,omitempty"`
}

// CauseText is a [harness.Cause].
type CauseText struct {
	// Kind is written, fixture, not written or unknown client.
	Kind string `json:"kind"`
	// Text is the cause on one line.
	Text string `json:"text"`
	// Item is the key of the item that the line shows.
	Item string `json:"item,omitempty"`
	// Chain leads back from the write to the step, by ids.
	Chain []trace.ID `json:"chain,omitempty"`
	// Where is the line of YAML at its end.
	Where string `json:"where,omitempty"`
	// Receptions are those of what was not written.
	Receptions []string `json:"receptions,omitempty"`
}

// JSON gives a run as one [Document], when it is closed.
func JSON(w io.Writer) Format {
	return &document{w: w, d: Document{Version: DocumentVersion, Results: []Entry{}, Outcomes: map[string]int{}}}
}

type document struct {
	w io.Writer
	d Document
}

func (d *document) Add(r *harness.Result) error {
	e := entry(r)
	d.d.Results = append(d.d.Results, e)
	d.d.Outcomes[e.Outcome]++
	return nil
}

func (d *document) Obsolete(names []string) error {
	d.d.Obsolete = names
	return nil
}

func (d *document) Close() error {
	enc := json.NewEncoder(d.w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d.d)
}

// OutcomeWord is how documents name an outcome: "step_failed".
func OutcomeWord(o harness.Outcome) string {
	switch o {
	case harness.Passed:
		return "passed"
	case harness.Differs:
		return "differs"
	case harness.StepFailed:
		return "step_failed"
	case harness.Unsettled:
		return "unsettled"
	}
	return "skipped"
}

func entry(r *harness.Result) Entry {
	e := Entry{
		Scenario: r.Scenario.Name, Path: r.Scenario.Path, Title: r.Scenario.Title,
		Outcome: OutcomeWord(r.Outcome), Accepted: r.Snapshot.Accepted,
		PendingPath: r.Snapshot.PendingPath,
		Seconds:     seconds(r.Took), VirtualSeconds: seconds(virtual(r)),
		Seed: r.Seed, Counts: countsOf(r), Changes: Changes(r), Error: r.Why,
	}
	if len(r.Rendering.Lines) > 0 {
		e.Snapshot, e.SnapshotPath = r.Snapshot.Outcome.String(), r.Snapshot.Path
	}
	if r.Err != nil {
		e.Error = r.Err.Error()
	}
	if r.NotSettled != nil {
		e.Open = r.NotSettled.Open
	}
	if r.Outcome.Failed() {
		e.Rerun = Rerun(r)
	}
	return e
}

// Changes are the changed lines of a comparison, with their causes.
func Changes(r *harness.Result) []ChangedLine {
	var list []ChangedLine
	places, causes := snapshot.Places(r.Snapshot.Diff), r.Causes()
	for i, d := range r.Snapshot.Diff {
		if d.Op == ' ' {
			continue
		}
		list = append(list, ChangedLine{
			Op: string(d.Op), Text: d.Text, Section: places[i].Heading, Path: places[i].Path, At: places[i].At,
			Cause: causeText(causes[i]),
		})
	}
	return list
}

func causeText(c harness.Cause) *CauseText {
	if c.Kind == harness.NoCause {
		return nil
	}
	t := &CauseText{Kind: string(c.Kind), Text: c.String(), Item: c.Item, Where: c.Where}
	for _, l := range c.Chain {
		t.Chain = append(t.Chain, l.Event.ID)
	}
	for _, r := range c.Receptions {
		t.Receptions = append(t.Receptions, r.String())
	}
	return t
}

func seconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }
