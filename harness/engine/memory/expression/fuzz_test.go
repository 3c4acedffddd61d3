package expression_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

// FuzzCompile: whatever the text, it is compiled or refused as a
// ValidationException, and what was compiled can be used. Seeds are the requests
// of the transcripts.
func FuzzCompile(f *testing.F) {
	files, err := os.ReadDir("testdata")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile("testdata/" + file.Name())
		if err != nil {
			continue // the folder of the fuzzer's finds
		}
		for line := range strings.Lines(string(text)) {
			if request, ok := strings.CutPrefix(line, "> "); ok {
				f.Add(strings.TrimSuffix(request, "\n"))
			}
		}
	}
	f.Add(strings.Repeat("(", 4096))
	f.Add("a" + strings.Repeat(".a", 2000))
	f.Add(strings.Repeat("NOT ", 1024))
	it := readItem(`pk: "k", a: 1, b: "x", l: [1, [2], {x: 1}], m: {x: 1, y: {z: [1]}}, ss: <"p", "q">, ns: <1, 2>`)
	values := readItem(`:v: 1, :s: "x", :l: [1], :m: {x: 1}, :ss: <"p">, :b: 0x01, :t: true`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range []expression.Request{
			{ConditionExpression: &text}, {UpdateExpression: &text}, {ProjectionExpression: &text}, {FilterExpression: &text}, {KeyConditionExpression: &text},
		} {
			for name, v := range values {
				if strings.Contains(text, name) {
					if r.ExpressionAttributeValues == nil {
						r.ExpressionAttributeValues = item.Item{}
					}
					r.ExpressionAttributeValues[name] = v
				}
			}
			use(t, r, it)
		}
	})
}

// use compiles a request and does with the result all that can be done.
func use(t *testing.T, r expression.Request, it item.Item) {
	c, err := expression.Compile(r)
	if err != nil {
		if validation.Message(err) == "" {
			t.Errorf("%v is no ValidationException", err)
		}
		return
	}
	schema := tables()["sortedS"].schema
	_ = c.CheckKeys(schema)
	_ = c.CheckFilter(schema)
	if c.Condition != nil {
		c.Condition.Match(it)
		c.Condition.Match(nil)
	}
	if c.Update != nil {
		for _, it := range []item.Item{it, nil} {
			after, err := c.Update.Apply(it)
			if err != nil {
				continue
			}
			if normal, err := item.Normal(after); err == nil && !item.EqualItems(normal, after) {
				t.Errorf("not normal: %s", writeItem(after))
			}
			c.Update.Project(after)
		}
	}
	if c.Projection != nil {
		c.Projection.Project(it)
	}
	if c.Key != nil {
		if keys, err := c.Key.Range(schema); err == nil {
			keys.Place(item.Item{"pk": str("k"), "sk": str("x")})
		}
	}
}
