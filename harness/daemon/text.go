package daemon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Printer shows lines to somebody. It is safe for concurrent use.
type Printer interface {
	Print(Line)
}

// NewJSON prints each line as a JSON object on a line of its own.
func NewJSON(w io.Writer) Printer { return &jsonPrinter{w: w} }

type jsonPrinter struct {
	mu sync.Mutex
	w  io.Writer
}

func (p *jsonPrinter) Print(l Line) {
	l.Time = l.Time.UTC()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(l) // a Line has nothing that cannot be encoded
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = p.w.Write(b.Bytes()) // whoever reads has gone: the daemon goes on
}

// NewText prints lines for people: columns that line up, times in the time zone
// of the computer, colours if asked for. Triggers are the names that the column
// of triggers has to hold.
func NewText(w io.Writer, colour bool, triggers []string) Printer {
	p := &textPrinter{w: w, colour: colour}
	for _, name := range triggers {
		p.width = max(p.width, utf8.RuneCountInString(name))
	}
	return p
}

type textPrinter struct {
	mu     sync.Mutex
	w      io.Writer
	colour bool
	width  int // of the column of triggers
}

func (p *textPrinter) Print(l Line) {
	text := p.text(l)
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = io.WriteString(p.w, text) // as for JSON
}

func (p *textPrinter) text(l Line) string {
	switch l.Event {
	case EventStart:
		return l.Text + "\n"
	case EventMapping:
		return p.mapping(l)
	case EventInvoke:
		return p.row(l, p.invocation(l))
	case EventPaused:
		return p.row(l, l.Text) + chainText(l.Chain) + next(l.Command)
	}
	return p.row(l, p.rest(l)) + next(l.Command)
}

// mapping is a block of what a mapping is set to.
func (p *textPrinter) mapping(l Line) string {
	s, b := l.Settings, &strings.Builder{}
	row := func(name, format string, args ...any) {
		fmt.Fprintf(b, "  %-10s  %s\n", name, fmt.Sprintf(format, args...))
	}
	fmt.Fprintf(b, "%s on %s\n", p.paint(bold, l.Trigger), l.Table)
	if l.Stream == "" {
		row("stream", "waits for it")
	} else {
		row("stream", "%s, %s", l.Stream, s.ViewType)
	}
	row("batches", "up to %s, from %s where there is no checkpoint", plural(s.BatchSize, "record"), s.From)
	for _, f := range s.Filters {
		row("filter", "%s", f)
	}
	row("retries", "%s", s.retries())
	if s.OnFailure == "" {
		row("on failure", "none: a batch that is given up is gone")
	} else {
		row("on failure", "%s, %s", s.OnFailure, s.Destination)
	}
	row("leases", "%s", s.LeaseTable)
	for _, advice := range s.Advice {
		row("advice", "%s", advice)
	}
	return b.String()
}

func (s *Settings) retries() string {
	switch {
	case s.Retries < 0:
		return "until the records expire, 24 hours"
	case s.RetriesDefaulted:
		return fmt.Sprintf("%d, the default here, small on purpose: Lambda's is until the records expire; maximum_retry_attempts sets it", s.Retries)
	}
	return fmt.Sprint(s.Retries)
}

// The columns of an invocation.
const (
	batchWidth   = 28
	outcomeWidth = len(OutcomeTimeout)
	tookWidth    = 9
)

func (p *textPrinter) invocation(l Line) string {
	colour, outcome := green, string(l.Outcome)
	if l.Outcome != OutcomeOK {
		colour, outcome = red, strings.ToUpper(outcome)
	}
	parts := []string{
		pad(l.Batch.String(), batchWidth), p.paint(colour, pad(outcome, outcomeWidth)),
		fmt.Sprintf("%*s", tookWidth, short(time.Duration(l.Took))),
	}
	if l.Age != nil {
		parts = append(parts, "age "+short(time.Duration(*l.Age)))
	}
	if l.Attempt > 1 || l.Outcome != OutcomeOK {
		parts = append(parts, attempt(l.Attempt, l.Attempts))
	}
	if l.Text != "" {
		parts = append(parts, l.Text)
	}
	return strings.Join(parts, "  ")
}

func attempt(n, most int) string {
	if most == 0 {
		return fmt.Sprintf("attempt %d", n)
	}
	return fmt.Sprintf("attempt %d of %d", n, most)
}

// rest words all other lines.
func (p *textPrinter) rest(l Line) string {
	text := l.Text
	if l.Batch != nil {
		text = strings.TrimRight(pad(l.Batch.String(), batchWidth)+"  "+text, " ")
	}
	if l.Message != nil {
		if body, err := json.Marshal(l.Message); err == nil {
			text += "\n" + string(body)
		}
	}
	return text
}

// row is a line with the columns that all have.
func (p *textPrinter) row(l Line, text string) string {
	clock := l.Time.Local().Format("15:04:05.000")
	subject := l.Trigger
	if subject == "" {
		subject = l.Table
	}
	label, colour := labelOf(l.Event)
	head := fmt.Sprintf("%s  %s  %s  ", clock, pad(subject, p.width), pad(label, labelWidth))
	painted := fmt.Sprintf("%s  %s  %s  ", p.paint(dim, clock), pad(subject, p.width), p.paint(colour, pad(label, labelWidth)))
	indent := "\n" + strings.Repeat(" ", utf8.RuneCountInString(head))
	return strings.TrimRight(painted+strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", indent), " ") + "\n"
}

const labelWidth = 9

// labelOf is what the column of events shows.
func labelOf(e Event) (label string, colour string) {
	switch e {
	case EventWaiting:
		return "waits", yellow
	case EventItems:
		return "items", red
	case EventLetter:
		return "letter", red
	case EventDropped, EventLost, EventPaused:
		return strings.ToUpper(string(e)), red
	case EventTrouble, EventThrottled, EventLate, EventRefused:
		return string(e), yellow
	}
	return string(e), ""
}

// next is a line with a command.
func next(command string) string {
	if command == "" {
		return ""
	}
	return "  " + command + "\n"
}

// chainText shows a chain of causes, the oldest first, and marks what repeats.
func chainText(chain []Link) string {
	var b strings.Builder
	for _, l := range chain {
		mark := " "
		if l.Repeats {
			mark = "↻"
		}
		fmt.Fprintf(&b, "  %s %-6s %s\n", mark, l.ID, l)
	}
	return b.String()
}

// String says what the link is: "count writes things a, UpdateItem".
func (l Link) String() string {
	switch l.Kind {
	case linkInvocation:
		return fmt.Sprintf("%s is invoked with %s", l.Trigger, plural(l.Records, "record"))
	case linkWrite:
		return fmt.Sprintf("%s writes %s, %s", l.Trigger, l.Key, l.Op)
	case linkRepeat:
		return fmt.Sprintf("… %d times, the last of which is shown", l.Times)
	}
	text := strings.TrimSpace("record "+l.Op) + " " + l.Key
	if l.Trigger == "" {
		text += ", written by another program"
	}
	return text
}

// String is the batch in a few words: "MODIFY FIN#1 GROUP#2", "3 records: 2
// INSERT, 1 MODIFY".
func (b *Batch) String() string {
	var kinds []string
	for _, k := range []struct {
		n    int
		name string
	}{{b.Insert, "INSERT"}, {b.Modify, "MODIFY"}, {b.Remove, "REMOVE"}} {
		if k.n == 1 && b.Records == 1 {
			return k.name + " " + b.Key
		}
		if k.n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", k.n, k.name))
		}
	}
	if len(kinds) == 0 {
		return plural(b.Records, "record")
	}
	return plural(b.Records, "record") + ": " + strings.Join(kinds, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// pad fills up to a width with blanks; a longer text stays whole.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// short is a duration with few digits: "12.3 ms", "4.2 s", "3m10s".
func short(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// The colours, as terminals take them.
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (p *textPrinter) paint(colour, text string) string {
	if !p.colour || colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
