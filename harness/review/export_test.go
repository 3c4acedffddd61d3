package review

// State is the screen without a terminal.
type State struct{ s *screen }

// NewState shows changes at 80x24.
func NewState(changes []Change, o Options) State {
	return State{&screen{state: newState(Groups(changes), o.Source), options: o, finished: map[string]bool{}}}
}

// Key, Resize, Over and Decided are those of the screen.
func (s State) Key(name string)          { s.s.key(name, s.s.do) }
func (s State) Resize(width, height int) { s.s.resize(width, height) }
func (s State) Over() bool               { return s.s.over }
func (s State) Decided() Decided         { return s.s.decided() }

// Rows are the lines that are shown.
func (s State) Rows() []string {
	var rows []string
	for _, r := range s.s.rows() {
		rows = append(rows, r.text)
	}
	return rows
}
