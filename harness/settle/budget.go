package settle

import (
	"fmt"
	"strings"
	"time"

	"github.com/stillwater-streams/stillwater/harness/trace"
)

// The budget where a field of [Budget] is zero.
const (
	// DefaultRecords is far above what a readable scenario causes and far below
	// what a loop writes in a minute.
	DefaultRecords = 10_000
	// DefaultDepth is twice what Lambda's own loop detection allows (about 16
	// invocations in one chain; it does not see loops through DynamoDB).
	DefaultDepth = 32
	// DefaultVirtual is how far settling may move the virtual clock.
	DefaultVirtual = 15 * time.Minute
	// DefaultRounds bounds rounds in which something was written although no
	// handler ran: an outside writer.
	DefaultRounds = 20
)

// Budget bounds one settling. The zero value is the default.
type Budget struct {
	// Records delivered.
	Records int
	// Depth of causes: a record written by the handler of a record of depth n has n+1.
	Depth int
	// Virtual time that timers may use up.
	Virtual time.Duration
	// Rounds of fences that disagree without any invocation between them.
	Rounds int
}

func (b Budget) withDefaults() Budget {
	if b.Records == 0 {
		b.Records = DefaultRecords
	}
	if b.Depth == 0 {
		b.Depth = DefaultDepth
	}
	if b.Virtual == 0 {
		b.Virtual = DefaultVirtual
	}
	if b.Rounds == 0 {
		b.Rounds = DefaultRounds
	}
	return b
}

// Meter counts what a settling has used up of its budget.
type Meter struct {
	budget  Budget
	records int
}

// Spend counts the records of one invocation and checks their causal depth. It
// is called after every invocation, inside the pass: a trigger that writes its
// own table never leaves the pass, so a check outside it would never run.
func (m *Meter) Spend(records, depth int, last trace.ID) error {
	m.records += records
	if depth >= m.budget.Depth {
		return &overBudget{last: last, why: fmt.Sprintf("%s is %d invocations deep (allowed: %d): triggers keep causing each other", last, depth, m.budget.Depth)}
	}
	if m.records > m.budget.Records {
		return &overBudget{last: last, why: fmt.Sprintf("%d records were delivered (allowed: %d)", m.records, m.budget.Records)}
	}
	return nil
}

type overBudget struct {
	last trace.ID
	why  string
}

func (e *overBudget) Error() string { return e.why }

// NotSettled says why a world is not settled, and what is open.
type NotSettled struct {
	// Why, in one line.
	Why string
	// Open obligations, if those are the reason.
	Open []Obligation
	// Last is the invocation at which a budget was used up, "" otherwise: its
	// chain of causes shows a loop.
	Last trace.ID
}

// Error gives the reason and a line for every open obligation.
func (e *NotSettled) Error() string {
	var b strings.Builder
	b.WriteString("not settled: " + e.Why)
	for _, o := range e.Open {
		fmt.Fprintf(&b, "\n  open: %s", o.What)
		if o.Discharge != "" {
			fmt.Fprintf(&b, "; ends when %s", o.Discharge)
		}
	}
	return b.String()
}
