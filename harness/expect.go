package harness

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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
	var found types.AttributeValue
	if at >= 0 {
		if found, err = valueAt(seen.sections[at].Value, c.Path); err != nil {
			return err
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

// valueAt finds a value by its path, as snapshots write it: "state.status",
// "owners[0].name", `summary."x.y"`. nil means that it is absent.
func valueAt(v types.AttributeValue, path string) (types.AttributeValue, error) {
	for rest := path; rest != ""; {
		var part string
		var err error
		if part, rest, err = cutPath(rest); err != nil {
			return nil, fmt.Errorf("path %s: %w", path, err)
		}
		switch at := v.(type) {
		case *types.AttributeValueMemberM:
			v = at.Value[part]
		case *types.AttributeValueMemberL:
			n, err := strconv.Atoi(part)
			if err != nil || n < 0 || n >= len(at.Value) {
				return nil, nil
			}
			v = at.Value[n]
		default:
			return nil, nil
		}
	}
	return v, nil
}

// cutPath cuts the first name or index off a path.
func cutPath(path string) (part, rest string, err error) {
	switch {
	case path[0] == '[':
		index, rest, ok := strings.Cut(path[1:], "]")
		if !ok {
			return "", "", fmt.Errorf("no ] to the [")
		}
		return index, strings.TrimPrefix(rest, "."), nil
	case path[0] == '"':
		quoted, err := strconv.QuotedPrefix(path)
		if err != nil {
			return "", "", fmt.Errorf("a quote that does not end")
		}
		name, err := strconv.Unquote(quoted)
		return name, strings.TrimPrefix(path[len(quoted):], "."), err
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		return path, "", nil
	}
	return path[:end], strings.TrimPrefix(path[end:], "."), nil
}
