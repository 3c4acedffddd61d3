package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Decided is what a person decided on a screen, by the names of the scenarios.
type Decided struct {
	// Accepted are the snapshots now.
	Accepted []string
	// Rejected are no longer pending.
	Rejected []string
	// Skipped are pending as before.
	Skipped []string
}

// Screen shows what is pending on a terminal, one group after the other, and does
// at once what is decided by key. It ends when all is decided, when the person
// quits, or with ctx, and tells what was decided by then. in and out are the
// terminal; colours follow its environment (NO_COLOR, TERM).
func Screen(ctx context.Context, in io.Reader, out io.Writer, o Options, pending []Change) (Decided, error) {
	s := &screen{state: newState(Groups(pending), o.Source), options: o, finished: map[string]bool{}}
	if s.over {
		return Decided{}, nil
	}
	err := ctx.Err()
	if err == nil {
		p := tea.NewProgram(s, tea.WithInput(in), tea.WithOutput(out), tea.WithEnvironment(os.Environ()), tea.WithoutSignalHandler())
		// Asked to quit, the program gives the terminal back and waits for its reader;
		// given the context it would do neither.
		stop := context.AfterFunc(ctx, p.Quit)
		_, err = p.Run()
		stop()
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		return s.decided(), fmt.Errorf("review: %w", err)
	}
	return s.decided(), nil
}

// screen is the state as bubbletea drives it.
type screen struct {
	*state
	options  Options
	finished map[string]bool // scenarios whose pending text is no more
}

// Init implements tea.Model.
func (s *screen) Init() tea.Cmd { return nil }

// Update implements tea.Model. What is decided is done at once, before the next
// key is read: it is a few small files.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		if !s.over {
			s.key(msg.String(), s.do)
		}
	}
	if s.over {
		return s, tea.Quit
	}
	return s, nil
}

// View implements tea.Model.
func (s *screen) View() tea.View {
	var lines []string
	for _, r := range s.rows() {
		lines = append(lines, r.styled())
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	return v
}

// do accepts or rejects every change of a group; the first that cannot be ends it.
// Tried again, it goes on where it ended.
func (s *screen) do(v verdict, g Group) error {
	for _, c := range g.Changes {
		var err error
		switch {
		case s.finished[c.Name]:
			continue
		case v == accepted:
			err = s.options.acceptShown(c)
		case v == rejected:
			err = s.options.store().Reject(c.Name)
		}
		if err != nil {
			return err
		}
		s.finished[c.Name] = v != skipped
	}
	return nil
}
