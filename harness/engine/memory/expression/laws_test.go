package expression_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// TestConditionLaws: NOT, AND and OR are what they are everywhere.
func TestConditionLaws(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		g := generator{T: t, clean: true}
		it := g.item()
		g.it = it
		a, b := g.condition(1), g.condition(1)
		all := g.request(expression.Request{FilterExpression: aws.String(a + " " + b)})
		x, okX := match(all, a, it)
		y, okY := match(all, b, it)
		if !okX || !okY {
			return
		}
		for text, want := range map[string]bool{
			"NOT (" + a + ")":                           !x,
			"(" + a + ") AND (" + b + ")":               x && y,
			"(" + a + ") OR (" + b + ")":                x || y,
			a + " OR " + b:                              x || y,
			"NOT (NOT (" + a + ") AND NOT (" + b + "))": x || y,
			"NOT (NOT (" + a + ") OR NOT (" + b + "))":  x && y,
		} {
			got, ok := match(all, text, it)
			if !ok {
				continue // redundant parentheses
			}
			if compared++; got != want {
				t.Errorf("%s is %v of %s, want %v", text, got, writeItem(it), want)
			}
		}
	})
	if compared < 100 && !testing.Short() { // rapid draws a fifth as many then
		t.Errorf("only %d conditions were compared", compared)
	}
}

// match evaluates a condition that uses some of a request's names and values. It
// is not ok if it is no condition.
func match(all expression.Request, text string, it item.Item) (matches, ok bool) {
	s := script{names: all.ExpressionAttributeNames, values: all.ExpressionAttributeValues}
	r := expression.Request{ConditionExpression: &text}
	s.refer(&r, text)
	c, err := expression.Compile(r)
	if err != nil {
		return false, false
	}
	return c.Condition.Match(it), true
}

// Updates are functions: the same item gives the same result, and the item that
// went in is as it was. A second time changes nothing if all that was set are
// values.
func TestUpdateLaws(t *testing.T) {
	applied := 0
	rapid.Check(t, func(t *rapid.T) {
		g := generator{T: t, clean: true}
		trial := g.updateTrial()
		trial.request.ConditionExpression = nil
		c, err := expression.Compile(trial.request)
		if err != nil {
			return
		}
		it := trial.put
		before := writeItem(it)
		first, err := c.Update.Apply(it)
		again, errAgain := c.Update.Apply(it)
		if (err == nil) != (errAgain == nil) || !item.EqualItems(first, again) {
			t.Errorf("twice: %s, %v and %s, %v", writeItem(first), err, writeItem(again), errAgain)
		}
		if writeItem(it) != before {
			t.Errorf("the item became %s", writeItem(it))
		}
		if err == nil {
			applied++
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		it := generator{T: t, clean: true}.item()
		for _, text := range []string{"SET a = :v", "REMOVE a", "SET a = :v, b = :v REMOVE c", "ADD zz :set", "DELETE zz :set"} {
			s := script{values: readItem(`:v: [1], :set: <"x">`)}
			r := expression.Request{UpdateExpression: &text}
			s.refer(&r, text)
			c, err := expression.Compile(r)
			if err != nil {
				t.Fatal(err)
			}
			once, err := c.Update.Apply(it)
			if err != nil {
				t.Fatal(err)
			}
			twice, err := c.Update.Apply(once)
			if err != nil || !item.EqualItems(once, twice) {
				t.Errorf("%s: once %s, twice %s, %v", text, writeItem(once), writeItem(twice), err)
			}
		}
	})
	if applied < 5 && !testing.Short() { // rapid draws a fifth as many then
		t.Errorf("only %d updates were applied", applied)
	}
}

// Projections are parts: none makes anything up.
func TestProjectionLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trial := generator{T: t, clean: true}.projectionTrial()
		c, err := expression.Compile(trial.request)
		if err != nil {
			return
		}
		it := trial.items[0]
		part := c.Projection.Project(it)
		for name := range part {
			if _, ok := it[name]; !ok {
				t.Errorf("%s is not in %s", name, writeItem(it))
			}
		}
		if item.Size(part) > item.Size(it) {
			t.Errorf("%s is larger than %s", writeItem(part), writeItem(it))
		}
	})
}

// Along the order of the range attributes the place in a key range never
// decreases, and 0 is exactly what the same text says as a filter.
func TestKeyRangeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := generator{T: t}
		key := tables()["sorted"+g.pick("S", "N", "B")].schema
		values := map[item.Kind][]string{
			item.S: {`""`, `"a"`, `"ab"`, `"b"`, `"é"`}, item.N: {"-10", "-1", "0", "0.5", "2", "10"}, item.B: {"0x", "0x01", "0x0100", "0x02", "0xff"},
		}[key.Range[0].Kind]
		low, high := g.times(1, len(values)-1), g.times(1, len(values)-1)
		texts := []string{"sk = :a", "sk < :a", "sk <= :a", "sk > :a", "sk >= :a", ":a < sk", ":a >= sk", "sk BETWEEN :a AND :b"}
		if key.Range[0].Kind != item.N {
			texts = append(texts, "begins_with(sk, :a)")
		}
		text := g.pick(texts...)
		r := expression.Request{KeyConditionExpression: aws.String("pk = :pk AND " + text), ExpressionAttributeValues: readItem(`:pk: "k"`)}
		r.ExpressionAttributeValues[":a"] = read(values[min(low, high)])
		if text == "sk BETWEEN :a AND :b" {
			r.ExpressionAttributeValues[":b"] = read(values[max(low, high)])
		}
		c, err := expression.Compile(r)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := c.Key.Range(key)
		if err != nil {
			t.Fatal(err)
		}
		r.FilterExpression, r.KeyConditionExpression = r.KeyConditionExpression, nil
		filter, err := expression.Compile(r)
		if err != nil {
			t.Fatal(err)
		}
		var places []int
		for _, v := range values[1:] {
			it := item.Item{"pk": str("k"), "sk": read(v)}
			place := keys.Place(it)
			places = append(places, place)
			if (place == 0) != filter.Filter.Match(it) {
				t.Errorf("%s with %s: place %d, but the filter says %v", text, v, place, filter.Filter.Match(it))
			}
		}
		if !slices.IsSorted(places) {
			t.Errorf("%s: places %v", text, places)
		}
	})
}

// What is compiled may be used by many at once; -race looks on.
func TestConcurrentUse(t *testing.T) {
	condition, err := expression.Compile(typical())
	if err != nil {
		t.Fatal(err)
	}
	update, err := expression.Compile(typicalUpdate())
	if err != nil {
		t.Fatal(err)
	}
	it := readItem(typicalItem)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if !condition.Condition.Match(it) {
					t.Error("does not match")
				}
				if _, err := update.Update.Apply(it); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
