package review

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/stillwater-streams/stillwater/harness/snapshot"
)

// style says what a line of the screen is, for its colour.
type style byte

const (
	ordinary style = iota
	title
	faint
	added
	removed
	problem
)

// row is one line of the screen.
type row struct {
	text  string
	style style
}

// contextLines is how many unchanged lines the screen shows around a change.
const contextLines = 3

// rows are all lines of the screen, as many as it is high: what is shown, the
// change or the scenario, and at the bottom the keys.
func (s *state) rows() []row {
	top, bottom := s.top(), s.bottom()
	body := s.body()
	shown := body[min(s.scroll, len(body)):min(s.scroll+s.bodyHeight(), len(body))]
	rows := append(top, shown...)
	if below := len(body) - s.scroll - len(shown); s.scroll > 0 || below > 0 {
		text := fmt.Sprintf("%d lines above, %d below", s.scroll, below)
		bottom[0] = row{ansi.Truncate(text, s.width, "…"), faint}
	}
	for len(rows)+len(bottom) < s.height {
		rows = append(rows, row{})
	}
	rows = append(rows, bottom...)
	return rows[max(0, len(rows)-s.height):] // a very low screen keeps the keys
}

func (s *state) bodyHeight() int { return max(1, s.height-len(s.top())-len(s.bottom())) }

// top says where the review is and what is shown.
func (s *state) top() []row {
	g := s.groups[s.at]
	c := g.Changes[0]
	rows := []row{
		{ansi.Truncate("stillwater review   "+s.progress(), s.width, "…"), faint},
		{ansi.Truncate(c.Name+"   snapshot "+c.Result.Snapshot.Outcome.String()+s.verdictHere(), s.width, "…"), title},
	}
	if n := len(g.Changes) - 1; n > 0 {
		text := fmt.Sprintf("and the same change in %d more: %s", n, strings.Join(g.Names()[1:], ", "))
		rows = append(rows, row{ansi.Truncate(text, s.width, "…"), title})
	}
	return append(rows, row{})
}

func (s *state) verdictHere() string {
	return [...]string{"", "   accepted", "   rejected", "   skipped"}[s.verdicts[s.at]]
}

// bottom holds the keys, over as many lines as they need.
func (s *state) bottom() []row {
	view := "v scenario"
	if s.source {
		view = "v change"
	}
	keys := []string{"a accept", "r reject", "s skip", "A R S all remaining", view, "↑↓←→ move", "q quit"}
	rows := []row{{}}
	if s.note != "" {
		for _, line := range wrapped(s.note, s.width, "") {
			rows = append(rows, row{line, problem})
		}
	}
	line := ""
	for _, key := range keys {
		if line != "" && ansi.StringWidth(line+"  "+key) > s.width {
			rows, line = append(rows, row{ansi.Truncate(line, s.width, "…"), faint}), ""
		}
		if line != "" {
			line += "  "
		}
		line += key
	}
	return append(rows, row{ansi.Truncate(line, s.width, "…"), faint})
}

// body is what can be scrolled: the change, or the scenario's file.
func (s *state) body() []row {
	c := s.groups[s.at].Changes[0]
	var rows []row
	if s.source {
		rows = append(rows, row{c.Result.Scenario.Path, faint})
		for i, line := range strings.Split(strings.TrimSuffix(s.sources(c), "\n"), "\n") {
			for _, part := range wrapped(fmt.Sprintf("%4d  %s", i+1, printable(line)), s.width, "      ") {
				rows = append(rows, row{part, ordinary})
			}
		}
		return rows
	}
	if note := c.Result.Snapshot.Note; note != "" {
		rows = append(rows, row{note, problem})
	}
	return append(rows, s.diff(c)...)
}

// diff is the comparison, each changed line with its cause: behind it where there
// is room, else below.
func (s *state) diff(c Change) []row {
	var rows []row
	all, causes := c.Result.Snapshot.Diff, c.Result.Causes()
	places := snapshot.Places(all)
	at, heading := 0, ""
	for _, hunk := range snapshot.Hunks(all, contextLines) {
		for &all[at] != &hunk[0] {
			at++
		}
		if len(rows) > 0 {
			rows = append(rows, row{"  …", faint})
		}
		if h := places[at].Heading; h != "" && h != heading && all[at].Text != h {
			rows = append(rows, row{"  " + h, faint})
		}
		for i := range hunk {
			rows = append(rows, s.line(all[at+i], causes[at+i].String())...)
		}
		heading = places[at+len(hunk)-1].Heading
	}
	return rows
}

// causeColumn is where causes begin if the line leaves room.
const causeColumn = 40

func (s *state) line(d snapshot.DiffLine, cause string) []row {
	kind := map[byte]style{'+': added, '-': removed}[d.Op]
	text := strings.TrimRight(string(d.Op)+" "+d.Text, " ")
	room := max(ansi.StringWidth(text), causeColumn) + 2
	if cause != "" && room+ansi.StringWidth(cause) <= s.width {
		return []row{{text + strings.Repeat(" ", room-ansi.StringWidth(text)) + cause, kind}}
	}
	var rows []row
	for _, part := range wrapped(text, s.width, "    ") {
		rows = append(rows, row{part, kind})
	}
	if cause != "" {
		for _, part := range wrapped("      "+cause, s.width, "        ") {
			rows = append(rows, row{part, faint})
		}
	}
	return rows
}

// wrapped cuts a text into lines of the width, those after the first behind a
// margin. Nothing of it is lost.
func wrapped(text string, width int, margin string) []string {
	if ansi.StringWidth(margin) >= width/2 {
		margin = ""
	}
	var lines []string
	for rest := text; ; {
		cut := ansi.Truncate(rest, width, "")
		if cut == rest || cut == "" || cut == margin {
			return append(lines, rest)
		}
		lines = append(lines, cut)
		rest = margin + rest[len(cut):]
	}
}

// printable takes what would move the cursor out of a line of a file.
func printable(line string) string {
	line = strings.ReplaceAll(line, "\t", "    ")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, line)
}

// styled gives a line the colours of a terminal; without colour it is as readable.
func (r row) styled() string {
	code := map[style]string{title: "1", faint: "2", added: "32", removed: "31", problem: "1;31"}[r.style]
	if code == "" || r.text == "" {
		return r.text
	}
	return "\x1b[" + code + "m" + r.text + "\x1b[0m"
}
