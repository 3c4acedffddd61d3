package expression_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/golden"
)

// TestTranscripts replays testdata/*.txt: each line that begins with ">" is a
// request, the indented line below it what it comes to. Other lines say with
// what: see [script.direct]. Lines that begin with "#" are remarks. The same
// requests go to DynamoDB Local in TestAgainstDynamoDBLocal.
func TestTranscripts(t *testing.T) {
	golden.Transcripts(t, func(text string) (string, error) {
		return replay(text, func(string, trial) {}), nil
	})
}

func transcripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	return files
}

// replay runs the requests of a transcript and returns it with their results.
// Each request is also given to each, with its line.
func replay(text string, each func(where string, t trial)) string {
	var out strings.Builder
	s := &script{table: tables()["single"]}
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		fmt.Fprintln(&out, line)
		request, isRequest := strings.CutPrefix(line, ">")
		switch {
		case isRequest:
			t := s.trial(strings.TrimPrefix(request, " "))
			each(fmt.Sprintf("line %d", i+1), t)
			fmt.Fprintln(&out, "  "+s.result(t, t.ours()))
		case line != "" && !strings.HasPrefix(line, "#"):
			s.direct(line)
		}
	}
	return out.String()
}

// script is what the lines of a transcript have said so far.
type script struct {
	table  table
	rows   []item.Item
	as     string // what the requests are
	names  map[string]string
	values item.Item
}

// direct follows a line that is no request:
//
//	condition, update, projection, filter, query, put, expected, updates, get, queried
//	                     what the following requests are
//	on TABLE             the table; its rows are gone
//	item a: 1, b: "x"    the only row, with the key pk: "k" unless it has one
//	row sk: 1, a: "x"    one more row; for a query in the order of its key
//	names #a: a          all names that requests use
//	values :v: 1         all values that requests use
func (s *script) direct(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "on":
		s.table, s.rows = tables()[rest], nil
	case "item":
		s.rows = []item.Item{keyed(readItem(rest))}
	case "row":
		s.rows = append(s.rows, keyed(readItem(rest)))
	case "names":
		s.names = map[string]string{}
		for _, pair := range strings.Split(rest, ", ") {
			ref, name, _ := strings.Cut(pair, ": ")
			s.names[ref] = name
		}
	case "values":
		s.values = readItem(rest)
	default:
		s.as = line
	}
}

// keyed adds the hash key that all rows have.
func keyed(it item.Item) item.Item {
	if _, ok := it["pk"]; !ok {
		it["pk"] = str("k")
	}
	return it
}

// trial makes the request of a line.
func (s *script) trial(line string) trial {
	t := trial{table: s.table, items: s.rows, put: item.Item{"pk": str("k")}}
	if len(s.rows) > 0 {
		t.put = s.rows[0]
	}
	r := &t.request
	text := aws.String(line)
	switch s.as {
	case "condition":
		r.Operation, r.ConditionExpression = "PutItem", text
	case "update":
		r.Operation, r.UpdateExpression = "UpdateItem", text
		if update, condition, ok := strings.Cut(line, " | "); ok {
			r.UpdateExpression, r.ConditionExpression = &update, &condition
		}
	case "projection":
		r.Operation, r.ProjectionExpression = "GetItem", text
	case "filter":
		r.Operation, r.FilterExpression = "Scan", text
	case "query":
		r.Operation, r.KeyConditionExpression = "Query", text
		if key, filter, ok := strings.Cut(line, " | "); ok {
			r.KeyConditionExpression, r.FilterExpression = &key, &filter
		}
	case "put":
		r.Operation, t.put = "PutItem", keyed(readItem(line))
	default:
		s.legacy(r, line)
	}
	if r.ConditionExpression != nil || r.UpdateExpression != nil || r.ProjectionExpression != nil || r.FilterExpression != nil || r.KeyConditionExpression != nil {
		s.refer(r, line)
	}
	return t
}

// refer gives a request the names and values that its text uses.
func (s *script) refer(r *expression.Request, text string) {
	for _, ref := range regexp.MustCompile(`[#:][A-Za-z0-9_]+`).FindAllString(text, -1) {
		if name, ok := s.names[ref]; ok {
			if r.ExpressionAttributeNames == nil {
				r.ExpressionAttributeNames = map[string]string{}
			}
			r.ExpressionAttributeNames[ref] = name
		}
		if v, ok := s.values[ref]; ok {
			if r.ExpressionAttributeValues == nil {
				r.ExpressionAttributeValues = item.Item{}
			}
			r.ExpressionAttributeValues[ref] = v
		}
	}
}

// legacy reads "a OPERATOR value, value; b … | OR".
func (s *script) legacy(r *expression.Request, line string) {
	line, operator, _ := strings.Cut(line, " | ")
	r.ConditionalOperator = types.ConditionalOperator(operator)
	conditions := map[string]types.Condition{}
	for _, part := range strings.Split(line, "; ") {
		name, rest, _ := strings.Cut(part, " ")
		word, rest, _ := strings.Cut(rest, " ")
		var values []types.AttributeValue
		if rest != "" {
			values = read("[" + rest + "]").(*types.AttributeValueMemberL).Value
		}
		switch s.as {
		case "expected":
			if r.Expected == nil {
				r.Expected = map[string]types.ExpectedAttributeValue{}
			}
			r.Expected[name] = expectation(word, values)
		case "updates":
			if r.AttributeUpdates == nil {
				r.AttributeUpdates = map[string]types.AttributeValueUpdate{}
			}
			u := types.AttributeValueUpdate{Action: types.AttributeAction(word)}
			if len(values) > 0 {
				u.Value = values[0]
			}
			r.AttributeUpdates[name] = u
		case "get":
			r.AttributesToGet = append(r.AttributesToGet, name)
		default:
			conditions[name] = types.Condition{ComparisonOperator: types.ComparisonOperator(word), AttributeValueList: values}
		}
	}
	switch s.as {
	case "expected":
		r.Operation = "PutItem"
	case "updates":
		r.Operation = "UpdateItem"
	case "get":
		r.Operation = "GetItem"
	case "key conditions":
		r.Operation, r.KeyConditions = "Query", conditions
	case "query filter":
		r.Operation, r.QueryFilter = "Query", conditions
		r.KeyConditions = map[string]types.Condition{"pk": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("k")}}}
	case "scan filter":
		r.Operation, r.ScanFilter = "Scan", conditions
	default:
		panic("no such request: " + s.as)
	}
}

// expectation is a member of Expected: "value v", "exists v", "missing v", or an
// operator with its values.
func expectation(word string, values []types.AttributeValue) types.ExpectedAttributeValue {
	e := types.ExpectedAttributeValue{}
	switch word {
	case "value", "exists", "missing":
		if word != "value" {
			e.Exists = aws.Bool(word == "exists")
		}
		if len(values) > 0 {
			e.Value = values[0]
		}
		return e
	}
	e.ComparisonOperator, e.AttributeValueList = types.ComparisonOperator(word), values
	return e
}

// result writes what a request came to: shortly, as only the script can.
func (s *script) result(t trial, o outcome) string {
	items, ok := strings.CutPrefix(string(o), "items:\n")
	switch {
	case !ok && o != conditionFailed:
		return string(o)
	case s.as == "condition" || s.as == "expected":
		return fmt.Sprint(ok)
	case !ok:
		return string(o)
	case s.as == "update" || s.as == "updates":
		return changes(t.current(), read(items).(*types.AttributeValueMemberM).Value)
	case t.request.Operation == "Query" || t.request.Operation == "Scan":
		var keys []string
		for line := range strings.Lines(items) {
			if line = strings.TrimSpace(line); line != "" {
				keys = append(keys, writeKey(t.table.queried(), read(line).(*types.AttributeValueMemberM).Value))
			}
		}
		return "[" + strings.Join(keys, ", ") + "]"
	}
	return items
}

// writeKey writes what tells a row from the others.
func writeKey(key item.Schema, it item.Item) string {
	if len(key.Range) == 0 {
		return write(it["pk"])
	}
	var parts []string
	for _, a := range key.Range {
		parts = append(parts, write(it[a.Name]))
	}
	return strings.Join(parts, " ")
}

// changes writes the attributes that an update changed.
func changes(before, after item.Item) string {
	changed := item.Item{}
	var gone []string
	for name, v := range after {
		if !item.Equal(before[name], v) {
			changed[name] = v
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			gone = append(gone, name)
		}
	}
	slices.Sort(gone)
	var parts []string
	if len(changed) > 0 {
		parts = append(parts, strings.TrimSuffix(strings.TrimPrefix(writeItem(changed), "{"), "}"))
	}
	if len(gone) > 0 {
		parts = append(parts, "without "+strings.Join(gone, ", "))
	}
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, "; ")
}
