package scenario

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	scenarioDir = "scenarios"
	fixtureDir  = "fixtures"
	extension   = ".yaml"
)

// nameText is what a name may look like: it becomes the name of a snapshot file
// on any file system. Compiled once, never changed.
var nameText = regexp.MustCompile(`^[a-z0-9_\-]+(/[a-z0-9_\-]+)*$`)

// Load reads one scenario. root is the folder that holds scenarios/ and
// fixtures/; file is absolute or relative to root. A file outside scenarios/ is
// fine too (a reproduction sent by a colleague): its name is then its base name.
// Mistakes in the file or its fixture come back as [Mistakes]; other errors mean
// that something could not be read.
func Load(root, file string, v Vocabulary) (*Scenario, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	l := newLoader(root, v)
	rel, err := l.relative(file)
	if err != nil {
		return nil, err
	}
	sc, err := l.scenario(rel)
	if err != nil {
		return nil, err
	}
	return sc, l.result()
}

// Parse reads a scenario that is not in a file: its name, its text, and the texts
// of the fixtures that it may use, by their names. Positions are those of the file
// that it would be.
func Parse(name string, text []byte, fixtures map[string][]byte, v Vocabulary) (*Scenario, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	file := path.Join(scenarioDir, name+extension)
	files := memory{file: text}
	for name, text := range fixtures {
		files[path.Join(fixtureDir, name+extension)] = text
	}
	l := newLoader(".", v)
	l.disk = files
	sc, err := l.scenario(file)
	if err != nil {
		return nil, err
	}
	return sc, l.result()
}

// LoadAll reads every scenario below root/scenarios, sorted by name, and checks
// what only shows when all are seen: names and titles that collide, fixtures
// that nobody uses. All mistakes of all files come back together.
func LoadAll(root string, v Vocabulary) ([]*Scenario, error) {
	if err := v.check(); err != nil {
		return nil, err
	}
	l := newLoader(root, v)
	files, err := l.files(scenarioDir)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("load scenarios: no %s file below %s: write one, or run in the folder that holds it",
			extension, filepath.Join(root, scenarioDir))
	}
	var out []*Scenario
	for _, file := range files {
		sc, err := l.scenario(file)
		if err != nil {
			return nil, err
		}
		if sc != nil {
			out = append(out, sc)
		}
	}
	if err := l.unused(); err != nil {
		return nil, err
	}
	if err := l.result(); err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b *Scenario) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// loader reads files of one root. Fixtures are read once and shared.
type loader struct {
	root     string
	disk     disk
	vocab    Vocabulary
	mistakes Mistakes
	fixtures map[string]*Fixture // by name; nil = it has mistakes
	composed map[string][]part   // by name, what it uses included; nil = it has mistakes
	used     map[string]bool     // fixtures named by a scenario, or by a used fixture
	unclear  bool                // some scenario does not tell which fixture it uses
	names    map[string]string   // lower-cased name → file
	titles   map[string]Position
}

func newLoader(root string, v Vocabulary) *loader {
	return &loader{
		root: root, disk: folder(root), vocab: v,
		fixtures: map[string]*Fixture{}, composed: map[string][]part{}, used: map[string]bool{},
		names: map[string]string{}, titles: map[string]Position{},
	}
}

func (l *loader) result() error {
	if len(l.mistakes) == 0 {
		return nil
	}
	l.mistakes.sort()
	// Listing a folder twice reports its misnamed files twice.
	return slices.Compact(l.mistakes)
}

// scenario reads one file; nil without an error after a mistake.
func (l *loader) scenario(file string) (*Scenario, error) {
	r, data, err := l.open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, l.noSuchFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("load scenario: %w", err)
	}
	defer func() { l.mistakes = append(l.mistakes, r.mistakes...) }()
	name, ok := l.name(r, file)
	body := r.parse(data)
	if body == nil {
		l.unclear = true
		return nil, nil
	}
	d, good := r.scenario(body)
	d.Name, d.Path = name, file
	l.title(r, &d)
	// Looked up even after a mistake: its own mistakes belong to the same list.
	l.unclear = l.unclear || !d.clear
	d.Fixture, err = l.fixture(r, &d)
	if err != nil || !ok || !good || d.Fixture == nil || len(r.mistakes) > 0 {
		return nil, err
	}
	return &d.Scenario, nil
}

// name derives the name of a scenario from its file and claims it.
func (l *loader) name(r *reader, file string) (string, bool) {
	name, below := strings.CutPrefix(strings.TrimSuffix(file, extension), scenarioDir+"/")
	if !below && (path.IsAbs(file) || strings.HasPrefix(file, "../")) {
		name = path.Base(name)
	}
	lower := strings.ToLower(name)
	if other, taken := l.names[lower]; taken {
		r.wrong(r.start(), "rename one: some file systems hold only one of them", "the name differs from %s in case only", other)
		return name, false
	}
	l.names[lower] = file
	if !nameText.MatchString(name) {
		r.wrong(r.start(), "use small letters, digits, _ and -: the name is also that of the snapshot", "%q is no name for a scenario", name)
		return name, false
	}
	return name, true
}

// title fills a missing title from the name and refuses one that is taken: two
// files with one title are a copy whose title was forgotten.
func (l *loader) title(r *reader, d *draft) {
	if d.Title == "" {
		d.Title = strings.ReplaceAll(path.Base(d.Name), "_", " ")
		return
	}
	if other, taken := l.titles[d.Title]; taken {
		r.wrong(d.titleAt, "say what is different here", "%s has the same title", other)
		return
	}
	l.titles[d.Title] = d.titleAt
}

// unused reports fixtures that no scenario names, nor any fixture that one does. While a scenario does not tell
// which one it uses, nothing is known to be unused: one slip is one mistake.
func (l *loader) unused() error {
	if l.unclear {
		return nil
	}
	known, err := l.fixtureNames()
	if err != nil {
		return err
	}
	for _, name := range known {
		if !l.used[name] {
			l.mistakes = append(l.mistakes, Mistake{
				File: path.Join(fixtureDir, name+extension), Line: 1, Col: 1,
				Message: "no scenario uses this fixture", Hint: "delete it, or write the scenario it is for",
			})
		}
	}
	return nil
}

func (l *loader) fixtureNames() ([]string, error) {
	files, err := l.files(fixtureDir)
	for i, file := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(file, fixtureDir+"/"), extension)
	}
	return files, err
}
