package snapshot

import "fmt"

// Outcome is what a comparison found.
type Outcome int

const (
	// Match: the file holds exactly this text.
	Match Outcome = iota
	// Changed: the file holds another text.
	Changed
	// Missing: there is no file, or one that holds merge-conflict markers.
	Missing
)

// String is the word that reports use.
func (o Outcome) String() string {
	switch o {
	case Match:
		return "match"
	case Changed:
		return "changed"
	case Missing:
		return "missing"
	}
	return fmt.Sprintf("outcome(%d)", int(o))
}

// Store is a folder of accepted snapshots and a folder of proposed ones. It holds
// no state: several may share the folders, and its methods may run concurrently
// as long as each name is compared by one run at a time.
type Store struct {
	// Dir holds the accepted snapshots as <name>.snap; it is under version control.
	Dir string
	// Pending holds what runs proposed as <name>.snap.new; it is not. Empty:
	// nothing is proposed.
	Pending string
	// Update accepts at once whatever a comparison finds changed or missing.
	Update bool
	// ReadOnly forbids every write into Dir, and into Pending if that is inside
	// Dir. It is for CI. With Update it is an error.
	ReadOnly bool
	// Provisional names the engine that gives the texts, where that is not the one
	// that decides ("memory"): what is accepted then says so in its header, until a
	// comparison without it confirms the text. The line never makes a difference.
	Provisional string
}

// Result is the outcome of one comparison.
type Result struct {
	// Outcome is what was found, before Update did anything about it.
	Outcome Outcome
	// Accepted: Store.Update was set, and the file now holds the new text.
	Accepted bool
	// Name is the name of the snapshot, Path its file, there or not.
	Name, Path string
	// PendingPath is the file that holds the new text until it is accepted; empty
	// when there is none.
	PendingPath string
	// Provisional names the engine on which alone the text of a match was seen, ""
	// for any other.
	Provisional string
	// Confirmed: the snapshot was provisional, and is no more.
	Confirmed bool
	// Note says what the outcome alone does not ("has merge-conflict markers").
	Note string
	// Diff is every line of both texts, nil for a match; see Hunks.
	Diff []DiffLine
}

// Passed tells whether the snapshot holds the text now.
func (r Result) Passed() bool { return r.Outcome == Match || r.Accepted }
