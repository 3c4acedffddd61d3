package scenario

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Scenario is one spec: a fixture, what is then changed, and what to look at.
// Values are shared between scenarios (fixtures above all): treat them as
// read-only.
type Scenario struct {
	// Name is the path below scenarios/ without .yaml, with forward slashes:
	// "vulnerabilities/closing_one_lowers_the_counts".
	Name string
	// Path is the file, relative to the root, with forward slashes.
	Path string
	// Title is one sentence; made from the name when the file has none.
	Title string
	// Fixture holds what the tables hold before the first step.
	Fixture *Fixture
	// Start is the virtual time of the first step, in UTC.
	Start time.Time
	// Steps run in order, each settled before the next.
	Steps []Step
	// Observe names the views to show, in the order of the file; what
	// [Vocabulary].Observe says when the file does not.
	Observe []string
	// Triggers are those that run; nil is every one that is enabled.
	Triggers []Trigger
	// Needs names what an engine must be able to do; see [Needs].
	Needs []string
	// Patience is how much virtual time a settling may take; 0 is the default.
	Patience time.Duration
	// ColdStarts makes every invocation one.
	ColdStarts bool
	// Seed orders the calls that are made at the same time, unless the run has a seed
	// of its own; 0 is the default order.
	Seed uint64
}

// Trigger is a trigger that a scenario lets run.
type Trigger struct {
	// Pos is where its name stands.
	Pos  Position
	Name string
	// Overrides are parameters of its mapping, as JSON with the keys of
	// triggers.json: {"batch_size": 1}; nil for none.
	Overrides []byte
}

// Views lists the views that every project has: all items, the items that the
// steps and triggers changed since the fixture, in full and as a list of their
// keys, what went to on-failure destinations, the invocations in order, the counts
// of Lambda's EventCount metrics, and what triggers sent over HTTP.
func Views() []string {
	return []string{"items", "changed_items", "changes", "on_failure", "invocations", "metrics", "requests"}
}

// Needs lists what not every engine can do.
func Needs() []string {
	return []string{"split", "close_shard", "trim", "expire_iterators", "stale_reads"}
}

// Fixture is the content of the tables before a scenario, put together from all
// that the scenario names.
type Fixture struct {
	// Name is the path below fixtures/ without .yaml; of a fixture that a scenario
	// composes, the names it is made of, joined by +, with "inline" for what stands
	// in the scenario itself.
	Name string
	// Path is the file, relative to the root, with forward slashes: that of the
	// scenario when it composes or holds the fixture.
	Path string
	// Steps are seeds and raw puts in their order, and updates and deletes that
	// override them. Each has the position in its own file.
	Steps []Step
}

// Step is one entry of steps or items.
type Step struct {
	// Pos is where the verb stands.
	Pos Position
	// Verb is the name of a mutation or seed, or put, update, delete, transact.
	Verb string
	// Args is the filled struct that Verb.New made; nil for raw writes.
	Args any
	// Writes are the raw writes of the step: one for put, update and delete,
	// all of one transaction for transact; empty for mutations and seeds.
	Writes []Write
	// Control is what the step does that is neither of these, nil for them.
	Control Control
	// Steps are those of together and backlog.
	Steps []Step
	// Text is the step on one line, for timelines: "close_vulnerabilities v1,v2".
	Text string
}

// Write is one raw write.
type Write struct {
	// Op is put, update or delete.
	Op string
	// Table is the name of the table, filled in when the file leaves it out.
	Table string
	// Item is the whole item of a put.
	Item map[string]types.AttributeValue
	// Key is the primary key of an update or a delete.
	Key map[string]types.AttributeValue
	// Set maps dotted paths ("state.status") to new values, for update.
	Set map[string]types.AttributeValue
	// Remove lists dotted paths whose attributes go, for update.
	Remove []string
	// Existing demands of an update or delete that the item is there: an override
	// that misses its item changes nothing that anybody meant.
	Existing bool
}

// Position is a place in a file. Lines and columns count from 1; a column is a
// character, not a byte.
type Position struct {
	File      string
	Line, Col int
}

// String is the form that editors and terminals jump to: "a.yaml:3:5".
func (p Position) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col) }
