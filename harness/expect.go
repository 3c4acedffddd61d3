package harness

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/scenario"
	"github.com/stillwater-streams/stillwater/harness/snapshot"
	"github.com/stillwater-streams/stillwater/harness/trace"
)

// Unexpected says that a value is not what the scenario demands at that step.
type Unexpected struct {
	// What was looked at: "indicators FIN#f1 max_open_severity_score".
	What string
	// Wanted and Found are canonical texts of values, "absent" for none.
	Wanted, Found string
	// Cause is the chain of causes of the last write of what was found:
	// "w6 ← i3 ← r4 ← m4 close_one.yaml:9".
	Cause string
}

// Error is three lines: what, the two values, and the cause.
func (e *Unexpected) Error() string {
	return fmt.Sprintf("%s is not as expected\n  wanted: %s\n  found:  %s\n  ← %s",
		e.What, indented(e.Wanted), indented(e.Found), e.Cause)
}

// indented puts the further lines of a value under its first.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n          ") }

// expect demands one value of a view.
func (a *attempt) expect(ctx context.Context, s scenario.Step, c scenario.Expect) error {
	seen, err := a.look(ctx, []string{c.View})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(seen.sections, func(s snapshot.Section) bool { return s.Label == c.Of })
	parts, err := scenario.PathParts(c.Path)
	if err != nil {
		return err
	}
	var found types.AttributeValue
	if at >= 0 {
		var missing int
		if found, missing = valueAt(seen.sections[at].Value, parts); missing < len(parts) && c.Absent {
			if err := a.misspelt(seen, c.Path, parts, at, missing); err != nil {
				return err
			}
		}
	} else if !c.Absent {
		return fmt.Errorf("nothing is called %s in %s; there are: %s", c.Of, c.View, strings.Join(labels(seen.sections), ", "))
	}
	wanted := c.Is
	if c.Absent {
		wanted = nil
	}
	note := "ok"
	if !same(wanted, found) {
		note = "found " + render(found)
	}
	a.log.Append(trace.Event{Kind: trace.Expected, Ref: ref(s), Note: note})
	if note == "ok" {
		return nil
	}
	return &Unexpected{
		What:   strings.Join(strings.Fields(c.View+" "+c.Of+" "+c.Path), " "),
		Wanted: render(wanted), Found: render(found), Cause: a.causeOf(seen, at, c.Path),
	}
}

func labels(sections []snapshot.Section) []string {
	var list []string
	for _, s := range sections {
		if s.Label != "" {
			list = append(list, s.Label)
		}
	}
	if list == nil {
		return []string{"none"}
	}
	return list
}

// same compares values as DynamoDB does: numbers by value, sets without order.
func same(wanted, found types.AttributeValue) bool {
	return render(normal(wanted)) == render(normal(found))
}

// normal is the form in which DynamoDB would store the value; a value that it would
// not take stays as it is.
func normal(v types.AttributeValue) types.AttributeValue {
	if v == nil {
		return nil
	}
	stored, err := item.NormalValue(v)
	if err != nil {
		return v
	}
	return stored
}

// causeOf is the chain of causes of what a section shows at a path.
func (a *attempt) causeOf(seen *sight, section int, path string) string {
	r := &Result{Scenario: a.scenario, Log: a.log, Sources: seen.sources, Attributes: seen.attributes}
	cause := r.Cause(section, path)
	if cause.Kind == NoCause {
		return "no write of it is known"
	}
	return strings.TrimPrefix(cause.String(), "← ")
}

// valueAt finds a value by its path. nil means that it is absent; missing is then
// the first part of the path that is not there.
func valueAt(v types.AttributeValue, parts []scenario.PathPart) (found types.AttributeValue, missing int) {
	for i, part := range parts {
		switch at := v.(type) {
		case *types.AttributeValueMemberM:
			v = nil
			if part.Index < 0 {
				v = at.Value[part.Name]
			}
		case *types.AttributeValueMemberL:
			v = nil
			if part.Index >= 0 && part.Index < len(at.Value) {
				v = at.Value[part.Index]
			}
		default:
			v = nil
		}
		if v == nil {
			return nil, i
		}
	}
	return v, len(parts)
}

// misspelt is what speaks against the absence of a value being meant: what it would
// be a part of is absent itself, or its name was never there in this run and that
// of another value is close to it.
func (a *attempt) misspelt(seen *sight, path string, parts []scenario.PathPart, section, missing int) error {
	if missing < len(parts)-1 {
		return fmt.Errorf("%s is absent, and so is what it would be a part of: is the path misspelt? Else demand that of %s", path, parts[missing].Name)
	}
	name := parts[missing].Name
	parent, _ := valueAt(seen.sections[section].Value, parts[:missing])
	m, ok := parent.(*types.AttributeValueMemberM)
	if !ok || name == "" || a.everCalled(seen, name) {
		return nil
	}
	if near := scenario.Closest(name, slices.Collect(maps.Keys(m.Value))); near != "" {
		return fmt.Errorf("%s is absent, and in this run nothing was ever called %s: did you mean %s?", path, name, near)
	}
	return nil
}

// everCalled reports whether an attribute or a member of one had that name in this
// run, as far as the changes of records and the view tell.
func (a *attempt) everCalled(seen *sight, name string) bool {
	for _, s := range seen.sections {
		if m, ok := s.Value.(*types.AttributeValueMemberM); ok && m.Value[name] != nil {
			return true
		}
	}
	return slices.ContainsFunc(a.log.Events(), func(e trace.Event) bool {
		return slices.ContainsFunc(e.Changes, func(c trace.Change) bool { return c.Path == name || strings.HasSuffix(c.Path, "."+name) })
	})
}
