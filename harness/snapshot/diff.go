package snapshot

import (
	"strings"

	"github.com/aymanbagabas/go-udiff"
)

// DiffLine is one line of a comparison of two texts. The lines with ' ' and '-'
// are the old text, those with ' ' and '+' the new one.
type DiffLine struct {
	// Op is ' ' for a line of both texts, '-' of the old one only, '+' of the new.
	Op byte
	// Text is the line without its LF.
	Text string
	// Line is an index into Rendering.Lines: that of the line itself for ' ' and
	// '+'; for '-' that of the line that replaces it or, if none does, that of the
	// line above.
	Line int
}

// String is the line as a unified diff prints it.
func (d DiffLine) String() string { return string(d.Op) + d.Text }

// Hunks cuts a diff into its changed places, each with up to context unchanged
// lines before and after; places that would touch are one.
func Hunks(diff []DiffLine, context int) [][]DiffLine {
	var hunks [][]DiffLine
	start, end := 0, 0 // of the hunk that is open
	for i, d := range diff {
		if d.Op == ' ' {
			continue
		}
		if from := max(i-context, 0); end == 0 || from > end {
			if end > 0 {
				hunks = append(hunks, diff[start:end])
			}
			start = from
		}
		end = min(i+1+context, len(diff))
	}
	if end > 0 {
		hunks = append(hunks, diff[start:end])
	}
	return hunks
}

// diff compares the old text with the new lines.
func diff(old string, lines []Line) []DiffLine {
	if old != "" && !strings.HasSuffix(old, "\n") {
		old += "\n"
	}
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(l.Text)
		text.WriteByte('\n')
	}
	d := differ{}
	at := 0 // how much of old is compared
	for _, e := range udiff.Lines(old, text.String()) {
		d.same(old[at:e.Start])
		d.change(split(old[e.Start:e.End]), split(e.New))
		at = e.End
	}
	d.same(old[at:])
	return d.out
}

// differ collects a diff; next is the index of the next line of the new text.
type differ struct {
	out  []DiffLine
	next int
}

func (d *differ) same(text string) {
	for _, line := range split(text) {
		d.out = append(d.out, DiffLine{' ', line, d.next})
		d.next++
	}
}

func (d *differ) change(removed, added []string) {
	for i, line := range removed {
		d.out = append(d.out, DiffLine{'-', line, d.successor(i, line, added)})
	}
	for _, line := range added {
		d.out = append(d.out, DiffLine{'+', line, d.next})
		d.next++
	}
}

// successor is the new line that stands for the i-th removed one: that with the
// same key, else the i-th, else the last; without added lines the line above.
func (d *differ) successor(i int, removed string, added []string) int {
	for j, line := range added {
		if key(line) == key(removed) {
			return d.next + j
		}
	}
	if len(added) == 0 {
		return max(d.next-1, 0)
	}
	return d.next + min(i, len(added)-1)
}

// key is the part of a line that names its value, margin included.
func key(line string) string {
	before, _, _ := strings.Cut(line, ":")
	return before
}

// split cuts a text of whole lines.
func split(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
