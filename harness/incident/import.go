package incident

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Options of [Import]; Name is required.
type Options struct {
	// Name of the scenario and of its fixture: "incidents/lost_total".
	Name string
	// Tables are those of the project; a record of another is a mistake. None
	// means that any will do.
	Tables []string
	// Table takes the place of the event's own table: production often has other
	// names. "" leaves it.
	Table string
	// KeepPersonal leaves everything as it is.
	KeepPersonal bool
}

// Result is what an event became.
type Result struct {
	// Fixture and Scenario are the YAML files.
	Fixture, Scenario []byte
	// Notes say what the files cannot: what is missing in the event.
	Notes []string
	// Replaced counts what was replaced, by kind ("mail address").
	Replaced map[string]int
	// Kept lists the texts that stayed as they were, sorted, but for dates and words
	// in capitals: to be looked through.
	Kept []string
	// Records is how many changes the event has.
	Records int
}

// Import reads the JSON of a Lambda event and makes a scenario of it.
func Import(r io.Reader, o Options) (Result, error) {
	records, err := read(r)
	if err != nil {
		return Result{}, fmt.Errorf("import: %w", err)
	}
	for i := range records {
		if o.Table != "" {
			records[i].table = o.Table
		}
		if len(o.Tables) > 0 && !slices.Contains(o.Tables, records[i].table) {
			return Result{}, fmt.Errorf("import: record %d is of table %q, which the project does not have (it has %s): say which it stands for with --table",
				i+1, records[i].table, strings.Join(o.Tables, ", "))
		}
	}
	result := Result{Records: len(records)}
	if !o.KeepPersonal {
		red := newRedactor(records)
		records = red.records(records)
		result.Replaced, result.Kept = red.counts, slices.Sorted(maps.Keys(red.kept))
	}
	p := newPlan(records)
	result.Notes = p.notes
	result.Fixture, result.Scenario = p.fixture(o.Name), p.scenario(o.Name)
	return result, nil
}
