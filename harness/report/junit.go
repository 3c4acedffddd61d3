package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
)

// JUnit gives a run as one file of JUnit's form, when it is closed: a test case
// for each scenario, a failure for what differs, an error for what could not be
// judged, and a failing test case for snapshots that no scenario has.
func JUnit(w io.Writer) Format { return &junit{w: w} }

type junit struct {
	w     io.Writer
	suite junitSuite
}

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     junitTime   `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Time    junitTime     `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitProblem `xml:"skipped"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

// junitTime is in seconds, with three digits.
type junitTime float64

// MarshalXMLAttr implements xml.MarshalerAttr.
func (t junitTime) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: fmt.Sprintf("%.3f", float64(t))}, nil
}

func (j *junit) Add(r *harness.Result) error {
	c := junitCase{
		Class: strings.ReplaceAll(path.Dir(r.Scenario.Name), "/", "."), Name: path.Base(r.Scenario.Name),
		File: r.Scenario.Path, Time: junitTime(seconds(r.Took)),
	}
	if c.Class == "." {
		c.Class = "scenarios"
	}
	if r.Outcome == harness.Skipped {
		c.Skipped = &junitProblem{Message: r.Why}
		j.suite.Skipped++
	}
	if r.Outcome.Failed() {
		var text strings.Builder
		if err := Failure(&text, r, false); err != nil {
			return err
		}
		problem := &junitProblem{Message: message(r), Type: OutcomeWord(r.Outcome), Text: printable(text.String())}
		if r.Outcome == harness.Differs {
			c.Failure = problem
			j.suite.Failures++
		} else {
			c.Error = problem
			j.suite.Errors++
		}
	}
	j.add(c)
	return nil
}

// message is what went wrong, on one line.
func message(r *harness.Result) string {
	if r.Err != nil {
		return firstLine(r.Err.Error())
	}
	return verdict(r)
}

func (j *junit) add(c junitCase) {
	j.suite.Tests++
	j.suite.Time += c.Time
	j.suite.Cases = append(j.suite.Cases, c)
}

func (j *junit) Obsolete(names []string) error {
	if len(names) == 0 {
		return nil
	}
	j.suite.Failures++
	j.add(junitCase{Class: "snapshots", Name: "obsolete", Failure: &junitProblem{
		Message: plural(len(names), "snapshot") + " without a scenario", Type: "obsolete", Text: strings.Join(names, "\n"),
	}})
	return nil
}

func (j *junit) Close() error {
	j.suite.Name = "stillwater"
	text, err := xml.MarshalIndent(junitSuites{Suite: j.suite}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(j.w, "%s%s\n", xml.Header, text)
	return err
}

// printable leaves out what XML cannot hold in any form: control characters,
// which a handler may log.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return '\uFFFD'
		}
		return r
	}, text)
}
