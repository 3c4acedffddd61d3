package snapshot

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Section is one observed value: what a view shows of one subject.
type Section struct {
	// View is the name of the view that produced the value ("indicators").
	View string
	// Label says whose value it is ("FIN#f1"); it may be empty when a view shows
	// a single thing.
	Label string
	// Value is the value itself; nil renders as absent, which differs from an
	// empty map and from null.
	Value types.AttributeValue
	// At is the name of the moment at which the value was observed ("before the
	// reattack"), "" for the end of the scenario. Neighbours with the same At form
	// one part of the text, under a line of its own.
	At string
}

// Document is all that one scenario shows, in the end and at the moments it names.
type Document struct {
	// Scenario is the name of the scenario, as in the name of the snapshot.
	Scenario string
	// Sections are rendered in this order: the caller sorts them.
	Sections []Section
	// Scrub replaces what differs from run to run; the header names those of them
	// that found something.
	Scrub []Scrubber
}

// Rendering is the canonical text of a Document and the meaning of its lines.
type Rendering struct {
	// Text is what a snapshot file holds: UTF-8, LF only, one LF at the end.
	Text string
	// Lines are the lines of Text without their LF.
	Lines []Line
	// Scrubbed are the names of the scrubbers that found something; Originals are
	// the texts that they replaced, by what stands in their place ("<id:1>").
	Scrubbed  []string          `json:",omitempty"`
	Originals map[string]string `json:",omitempty"`
}

// Line is one line of a Rendering.
type Line struct {
	// Text is the line without its LF.
	Text string
	// Section is the index into Document.Sections, -1 for the header, for the names
	// of moments and for the empty lines between sections.
	Section int
	// Path is where in the section's value the line stands: "status",
	// "treatment_summary.accepted", "owners[0].name". It is empty for the heading
	// of a section and for a value that is no map and no list. Keys that are not
	// plain words are quoted as in the text.
	Path string
}

// Render writes d as canonical text. The same values give the same text whatever
// the order of their maps and sets, and different values give different texts.
func (d Document) Render() Rendering {
	scrub := newScrubbing(d.Scrub)
	sections := slices.Clone(d.Sections)
	if len(d.Scrub) > 0 {
		for i, s := range sections {
			sections[i].Label = scrub.text(s.Label)
			sections[i].Value = scrub.value(s.Value)
		}
	}
	p := &printer{}
	p.add(-1, "", magic)
	p.add(-1, "", scenarioPrefix+headerName(d.Scenario))
	used := scrub.used()
	if len(used) > 0 {
		p.add(-1, "", scrubbedPrefix+strings.Join(used, ", "))
	}
	p.sections(sections)
	return Rendering{Text: p.text.String(), Lines: p.lines, Scrubbed: used, Originals: scrub.originals}
}

// sections writes them, each moment under its name.
func (p *printer) sections(list []Section) {
	at := "" // a text that begins at the end has no other moments before it
	for i, s := range list {
		p.add(-1, "", "")
		if s.At != at {
			at = s.At
			p.add(-1, "", moment(at))
			p.add(-1, "", "")
		}
		p.add(i, "", heading(s))
		for _, l := range body(s.Value) {
			p.add(i, l.path, indent+l.text)
		}
	}
}

const (
	// magic is the first line of every snapshot; the number is the version of the
	// grammar in doc.go.
	magic          = "# stillwater snapshot 1"
	scenarioPrefix = "# scenario: "
	scrubbedPrefix = "# scrubbed: "
	indent         = "  "
)

// printer keeps Text and Lines of a Rendering in step.
type printer struct {
	text  strings.Builder
	lines []Line
}

func (p *printer) add(section int, path, text string) {
	p.text.WriteString(text)
	p.text.WriteByte('\n')
	p.lines = append(p.lines, Line{Text: text, Section: section, Path: path})
}

func headerName(scenario string) string {
	if CheckName(scenario) != nil {
		return quote(scenario)
	}
	return scenario
}

// heading keeps view and label apart: both are plain words or quoted, and a label
// that is there is preceded by a blank.
func heading(s Section) string {
	if s.Label == "" {
		return word(s.View)
	}
	return word(s.View) + " " + word(s.Label)
}

// end is the moment without a name.
const end = "end"

// moment is the line above the sections of a moment. A name that could be taken
// for the end, or could not be seen, is quoted.
func moment(name string) string {
	switch {
	case name == "":
		name = end
	case name == end || !isTitle(name):
		name = quote(name)
	}
	return "== " + name + " =="
}
