package review

import (
	"fmt"
	"slices"
)

// verdict is what was decided on a group.
type verdict byte

const (
	undecided verdict = iota
	accepted
	rejected
	skipped
)

// state is the screen without a terminal: which group is shown, what was decided,
// how far it is scrolled. It changes by keys and sizes only.
type state struct {
	groups   []Group
	sources  func(Change) string
	verdicts []verdict
	at       int // of the group that is shown
	scroll   int // lines of its body above the screen
	source   bool
	note     string // what went wrong with the last key
	width    int
	height   int
	over     bool
}

func newState(groups []Group, sources func(Change) string) *state {
	return &state{groups: groups, sources: sources, verdicts: make([]verdict, len(groups)), width: 80, height: 24, over: len(groups) == 0}
}

// apply does what was decided on a group; its error leaves the group undecided.
type apply func(verdict, Group) error

// key takes one key, by its name: "a", "A", "up", "ctrl+c".
func (s *state) key(name string, do apply) {
	s.note = ""
	switch name {
	case "a":
		s.decide(accepted, do)
	case "r":
		s.decide(rejected, do)
	case "s", "space":
		s.decide(skipped, do)
	case "A":
		s.decideRest(accepted, do)
	case "R":
		s.decideRest(rejected, do)
	case "S", "q", "esc", "ctrl+c":
		s.over = true
	case "v", "tab":
		s.source, s.scroll = !s.source, 0
	case "left", "p":
		s.move(-1)
	case "right", "n":
		s.move(+1)
	default:
		s.scrolled(name)
	}
}

func (s *state) scrolled(name string) {
	page := max(1, s.bodyHeight()-1)
	switch name {
	case "up", "k":
		s.scroll--
	case "down", "j":
		s.scroll++
	case "pgup", "b":
		s.scroll -= page
	case "pgdown", "f":
		s.scroll += page
	case "home", "g":
		s.scroll = 0
	case "end", "G":
		s.scroll = len(s.body())
	}
	s.scroll = max(0, min(s.scroll, len(s.body())-s.bodyHeight()))
}

// resize takes the terminal's new size.
func (s *state) resize(width, height int) {
	s.width, s.height = max(width, 1), max(height, 1)
	s.scrolled("")
}

// decide decides on the group that is shown, and shows the next that is open.
func (s *state) decide(v verdict, do apply) {
	if s.verdicts[s.at] == accepted || s.verdicts[s.at] == rejected {
		s.note = "it is decided already"
		return
	}
	if err := do(v, s.groups[s.at]); err != nil {
		s.note = err.Error()
		return
	}
	s.verdicts[s.at] = v
	s.next()
}

// decideRest decides on the group that is shown and all that are still open.
func (s *state) decideRest(v verdict, do apply) {
	for i := range s.groups {
		if s.verdicts[i] == accepted || s.verdicts[i] == rejected {
			continue
		}
		if err := do(v, s.groups[i]); err != nil {
			s.at, s.scroll, s.note = i, 0, err.Error()
			return
		}
		s.verdicts[i] = v
	}
	s.over = true
}

// next shows the next group that nobody decided on, from the beginning after the
// last; without one it is over.
func (s *state) next() {
	for n := 1; n <= len(s.groups); n++ {
		if i := (s.at + n) % len(s.groups); s.verdicts[i] == undecided {
			s.at, s.scroll, s.source = i, 0, false
			return
		}
	}
	s.over = true
}

func (s *state) move(by int) {
	s.at = min(max(s.at+by, 0), len(s.groups)-1)
	s.scroll, s.source = 0, false
}

// decided sums up, by the names of the scenarios; what was not decided is skipped.
func (s *state) decided() Decided {
	var d Decided
	for i, g := range s.groups {
		switch s.verdicts[i] {
		case accepted:
			d.Accepted = append(d.Accepted, g.Names()...)
		case rejected:
			d.Rejected = append(d.Rejected, g.Names()...)
		default:
			d.Skipped = append(d.Skipped, g.Names()...)
		}
	}
	for _, names := range [][]string{d.Accepted, d.Rejected, d.Skipped} {
		slices.Sort(names)
	}
	return d
}

// progress is "2 of 5   1 accepted, 1 rejected".
func (s *state) progress() string {
	var a, r int
	for _, v := range s.verdicts {
		switch v {
		case accepted:
			a++
		case rejected:
			r++
		}
	}
	return fmt.Sprintf("%d of %d   %d accepted, %d rejected", s.at+1, len(s.groups), a, r)
}
