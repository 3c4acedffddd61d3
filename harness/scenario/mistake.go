package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Mistake is one thing wrong with a file, worded for whoever wrote it.
type Mistake struct {
	// File is relative to the root, with forward slashes.
	File string
	// Line and Col count from 1; Col counts characters.
	Line, Col int
	// Message says what is wrong.
	Message string
	// Source is the offending line.
	Source string
	// Hint says what to do next; it may be empty.
	Hint string
}

// Error is the mistake over several lines: where and what, the source line, a
// caret below the place, and the hint.
func (m Mistake) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", m.File, m.Line, m.Col, m.Message)
	if strings.TrimSpace(m.Source) != "" {
		// A tab or control character has no width to count on: it is shown as one blank.
		shown := strings.Map(func(r rune) rune {
			if unicode.IsControl(r) || r == '\uFEFF' {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(m.Source, "\uFFFD"))
		shown, col := window(shown, m.Col)
		fmt.Fprintf(&b, "\n    %s\n    %s^", shown, strings.Repeat(" ", max(col-1, 0)))
	}
	if m.Hint != "" {
		fmt.Fprintf(&b, "\n  %s", m.Hint)
	}
	return b.String()
}

// widestLine is how many characters of a source line are shown; of a longer one
// those around the place.
const widestLine = 160

// window cuts a long line to what is around a column, and tells where the column
// is then.
func window(line string, col int) (shown string, newCol int) {
	runes := []rune(line)
	if len(runes) <= widestLine {
		return line, col
	}
	from := min(max(col-1-widestLine/2, 0), len(runes)-widestLine)
	to := from + widestLine
	shown = string(runes[from:to])
	if to < len(runes) {
		shown += "…"
	}
	if from > 0 {
		return "…" + shown, col - from + 1
	}
	return shown, col
}

// Mistakes is the error of [Load] and [LoadAll] when files are wrong: all of
// them, ordered by file and place. It is never empty.
type Mistakes []Mistake

// Error joins all mistakes and ends with their number when there are several.
func (ms Mistakes) Error() string {
	texts := make([]string, 0, len(ms)+1)
	files := map[string]bool{}
	for _, m := range ms {
		texts = append(texts, m.Error())
		files[m.File] = true
	}
	if len(ms) > 1 {
		where := "1 file"
		if len(files) > 1 {
			where = fmt.Sprintf("%d files", len(files))
		}
		texts = append(texts, fmt.Sprintf("%d mistakes in %s", len(ms), where))
	}
	return strings.Join(texts, "\n")
}

// Unwrap lets errors.As find a single Mistake.
func (ms Mistakes) Unwrap() []error {
	errs := make([]error, len(ms))
	for i, m := range ms {
		errs[i] = m
	}
	return errs
}

func (ms Mistakes) sort() {
	slices.SortStableFunc(ms, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
}
