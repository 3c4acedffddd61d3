package conformance_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// generator draws requests for the table "whole", in the notation of the cases.
// Names, keys and values come from small pools, so that requests meet.
type generator struct {
	*rand.Rand
	values map[string]string // of the request that is being drawn
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0))}
}

func (g *generator) pick(choices ...string) string { return choices[g.IntN(len(choices))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// request draws one request.
func (g *generator) request() string {
	g.values = map[string]string{}
	draw := []func() string{g.put, g.put, g.put, g.update, g.update, g.update, g.remove, g.get, g.query, g.query, g.scan,
		g.batchWrite, g.batchGet, g.transactWrite, g.transactGet}
	return draw[g.IntN(len(draw))]()
}

func (g *generator) hash() string { return `"` + g.pick("a", "b") + `"` }

func (g *generator) sort() string { return g.pick("1", "2", "2.0", "-1", "10") }

func (g *generator) key() string {
	if g.chance(2) {
		return g.pick(`{pk: "a"}`, `{pk: "a", sk: "1"}`, `{pk: "", sk: 1}`, `{pk: "a", sk: 1, a: 1}`)
	}
	return fmt.Sprintf("{pk: %s, sk: %s}", g.hash(), g.sort())
}

func (g *generator) value(depth int) string {
	n := 10
	if depth <= 0 {
		n = 8
	}
	switch g.IntN(n) {
	case 0, 1:
		return g.number()
	case 2, 3:
		return g.pick(`"x"`, `"xy"`, `""`, `"é"`)
	case 4:
		return g.pick("0x", "0x01", "0xff")
	case 5:
		return g.pick("true", "false", "null")
	case 6, 7:
		return g.pick(`<"x">`, `<"x", "y">`, "<1, 2>", "<2, 3>", "<0x01>")
	case 8:
		return g.pick("[]", fmt.Sprintf("[%s, %s]", g.value(depth-1), g.value(depth-1)))
	}
	// None is empty: streams of DynamoDB Local lose those (cases/streams.txt).
	return fmt.Sprintf("{a: %s, b: %s}", g.value(depth-1), g.value(depth-1))
}

func (g *generator) number() string { return g.pick("0", "1", "1.0", "2", "-1", "0.5", "1e3", "100") }

// item draws an item, sometimes one that an index refuses.
func (g *generator) item() string {
	parts := []string{"pk: " + g.hash(), "sk: " + g.sort()}
	add := func(percent int, name, value string) {
		if g.chance(percent) {
			parts = append(parts, name+": "+value)
		}
	}
	add(50, "g", g.pick(`"g"`, `"h"`))
	add(50, "h", g.pick("1", "2", "3"))
	add(50, "l", g.pick(`"l"`, `"m"`, `"n"`))
	add(60, "a", g.number())
	add(40, "b", g.value(1))
	add(50, "c", g.value(2))
	add(40, "m", fmt.Sprintf("{a: %s, b: %s}", g.number(), g.value(1)))
	add(40, "s", g.pick(`<"x", "y">`, "<1, 2>"))
	add(1, "g", g.pick("1", `""`))
	return "{" + strings.Join(slices.Compact(parts), ", ") + "}"
}

// literal gives a value a name in the request.
func (g *generator) literal(value string) string {
	name := fmt.Sprintf(":v%d", len(g.values))
	g.values[name] = value
	return name
}

func (g *generator) path() string {
	return g.pick("a", "b", "c", "m", "s", "m.a", "m.b", "c[0]", "c[1]", "c.a", "l", "h")
}

// condition draws a condition on what is no key.
func (g *generator) condition(depth int) string {
	if depth > 0 && g.chance(40) {
		switch g.IntN(4) {
		case 0:
			return g.condition(depth-1) + " AND " + g.condition(depth-1)
		case 1:
			return g.condition(depth-1) + " OR " + g.condition(depth-1)
		case 2:
			return "NOT " + g.condition(depth-1)
		}
		return "(" + g.condition(depth-1) + " OR " + g.condition(depth-1) + ")"
	}
	switch g.IntN(8) {
	case 0:
		return "attribute_exists(" + g.path() + ")"
	case 1:
		return "attribute_not_exists(" + g.path() + ")"
	case 2:
		return fmt.Sprintf("contains(%s, %s)", g.path(), g.literal(g.pick(`"x"`, "1")))
	case 3:
		return fmt.Sprintf("size(%s) %s %s", g.path(), g.pick("=", "<", ">"), g.literal(g.pick("0", "1", "2")))
	case 4:
		return fmt.Sprintf("attribute_type(%s, %s)", g.path(), g.literal(g.pick(`"N"`, `"S"`, `"L"`, `"M"`, `"SS"`)))
	case 5:
		return fmt.Sprintf("%s IN (%s, %s)", g.path(), g.literal(g.value(0)), g.literal(g.value(0)))
	case 6:
		return fmt.Sprintf("%s %s %s", g.path(), g.pick("<", "<=", ">", ">="), g.literal(g.number()))
	}
	return fmt.Sprintf("%s %s %s", g.path(), g.pick("=", "<>"), g.literal(g.value(1)))
}

// updates draws an update expression.
func (g *generator) updates() string {
	paths := []string{"a", "b", "c", "m.a", "s", "h", "l", "g"}
	g.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	var clauses []string
	// Never only REMOVE and DELETE: of nothing they make an item on DynamoDB Local
	// (cases/streams.txt).
	// Nor ADD to a key of an index that is text: cases/indexes.txt.
	adds := g.chance(25) && paths[3] != "g" && paths[3] != "l"
	if g.chance(75) || !adds {
		sets := []string{g.set(paths[0])}
		if g.chance(40) {
			sets = append(sets, g.set(paths[1]))
		}
		clauses = append(clauses, "SET "+strings.Join(sets, ", "))
	}
	if g.chance(30) {
		clauses = append(clauses, "REMOVE "+g.pick(paths[2], paths[2], "c[0]"))
	}
	if adds {
		clauses = append(clauses, "ADD "+paths[3]+" "+g.literal(g.pick("1", "-2", "1.5", `<"z">`, "<3>")))
	}
	if g.chance(20) {
		clauses = append(clauses, "DELETE "+paths[4]+" "+g.literal(g.pick(`<"x">`, "<1>", `<"x", "y">`)))
	}
	return strings.Join(clauses, " ")
}

func (g *generator) set(path string) string {
	switch {
	case path == "g" || path == "l":
		return path + " = " + g.literal(g.pick(`"g"`, `"h"`, `"l"`))
	case path == "h":
		return path + " = " + g.literal(g.pick("1", "2", "3"))
	}
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf("%s = %s %s %s", path, g.pick("a", "m.a"), g.pick("+", "-"), g.literal(g.number()))
	case 1:
		return fmt.Sprintf("%s = if_not_exists(%s, %s)", path, g.path(), g.literal(g.value(1)))
	case 2:
		return fmt.Sprintf("%s = list_append(%s, %s)", path, g.pick("c", "b"), g.literal(`["z"]`))
	case 3:
		return path + " = " + g.path()
	}
	return path + " = " + g.literal(g.value(2))
}

// with adds members to a request, and the values that they need.
func (g *generator) with(members ...string) string {
	var parts []string
	for _, m := range members {
		if m != "" {
			parts = append(parts, m)
		}
	}
	if len(g.values) > 0 {
		var values []string
		for _, name := range slices.Sorted(maps.Keys(g.values)) {
			values = append(values, name+": "+g.values[name])
		}
		parts = append(parts, "ExpressionAttributeValues: {"+strings.Join(values, ", ")+"}")
		g.values = map[string]string{}
	}
	return "{" + strings.Join(append([]string{"TableName: whole"}, parts...), ", ") + "}"
}

// maybe draws a member in some of a hundred requests.
func (g *generator) maybe(percent int, name string, value func() string) string {
	if !g.chance(percent) {
		return ""
	}
	return name + ": " + value()
}

func (g *generator) conditional() string {
	return g.maybe(35, "ConditionExpression", func() string { return `"` + g.condition(1) + `"` })
}

func (g *generator) onFailure() string {
	return g.maybe(20, "ReturnValuesOnConditionCheckFailure", func() string { return "ALL_OLD" })
}

func (g *generator) returns(choices ...string) string {
	return g.maybe(50, "ReturnValues", func() string { return g.pick(choices...) })
}

func (g *generator) put() string {
	return "PutItem " + g.with("Item: "+g.item(), g.conditional(), g.returns("NONE", "ALL_OLD"), g.onFailure())
}

func (g *generator) update() string {
	updates, returns := g.updates(), []string{"NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"}
	if strings.ContainsAny(updates, ".[") { // of a part DynamoDB Local returns the whole (cases/updates.txt)
		returns = returns[:3]
	}
	return "UpdateItem " + g.with("Key: "+g.key(), `UpdateExpression: "`+updates+`"`, g.conditional(), g.returns(returns...), g.onFailure())
}

func (g *generator) remove() string {
	return "DeleteItem " + g.with("Key: "+g.key(), g.conditional(), g.returns("NONE", "ALL_OLD"), g.onFailure())
}

func (g *generator) projection(percent int) string {
	return g.maybe(percent, "ProjectionExpression", func() string { return `"` + g.pick("a, b", "m.a", "c[0], s", "pk, c") + `"` })
}

func (g *generator) get() string {
	return "GetItem " + g.with("Key: "+g.key(), g.projection(40))
}

func (g *generator) filter() string {
	return g.maybe(40, "FilterExpression", func() string { return `"` + g.condition(1) + `"` })
}

func (g *generator) query() string {
	var index, key string
	switch g.IntN(4) {
	case 0:
		index, key = "IndexName: global", "g = "+g.literal(g.pick(`"g"`, `"h"`))
		if g.chance(50) {
			key += " AND h " + g.pick("<", ">=", "=") + " " + g.literal("2")
		}
	case 1:
		index, key = "IndexName: local", "pk = "+g.literal(g.hash())
		if g.chance(50) {
			key += " AND " + g.pick("l >= ", "l = ", "l < ") + g.literal(`"m"`)
		}
	default:
		key = "pk = " + g.literal(g.hash())
		if g.chance(50) {
			key += " AND sk " + g.pick("<", ">", "<=", ">=", "=") + " " + g.literal(g.sort())
		}
	}
	operation, shown := g.pick("Query ", "Query* "), ""
	limit := ""
	if operation == "Query* " { // what one page tells of the next is known to differ (cases/query.txt)
		limit = g.maybe(60, "Limit", func() string { return g.pick("1", "2", "3") })
	}
	if index != "" { // items with equal index keys come in any order there
		operation, limit, shown = "Query ", "", " -> Count, ScannedCount"
	}
	return operation + g.with(index, `KeyConditionExpression: "`+key+`"`, g.filter(), limit,
		g.maybe(40, "ScanIndexForward", func() string { return g.pick("true", "false") })) + shown
}

func (g *generator) scan() string {
	index, filter := g.maybe(50, "IndexName", func() string { return g.pick("global", "include", "local") }), ""
	if index == "" || strings.Contains(index, "global") { // elsewhere DynamoDB Local filters by the table's items (cases/indexes.txt)
		filter = g.filter()
	}
	return "Scan* " + g.with(index, filter,
		g.maybe(30, "Limit", func() string { return g.pick("2", "5") }))
}

func (g *generator) batchWrite() string {
	var requests []string
	deletes := g.chance(30) // or puts: of both DynamoDB Local makes records in another order (cases/streams.txt)
	for range 1 + g.IntN(4) {
		if deletes {
			requests = append(requests, "{DeleteRequest: {Key: "+g.key()+"}}")
			continue
		}
		requests = append(requests, "{PutRequest: {Item: "+g.item()+"}}")
	}
	return "BatchWriteItem {RequestItems: {whole: [" + strings.Join(requests, ", ") + "]}}"
}

func (g *generator) batchGet() string {
	keys := []string{g.key(), g.key()}
	return "BatchGetItem {RequestItems: {whole: {Keys: [" + strings.Join(keys, ", ") + "]}}}"
}

func (g *generator) transactWrite() string {
	var members []string
	for range 1 + g.IntN(3) {
		switch g.IntN(4) {
		case 0:
			members = append(members, "{Put: "+g.with("Item: "+g.item(), g.conditional(), g.onFailure())+"}")
		case 1:
			members = append(members, "{Delete: "+g.with("Key: "+g.key(), g.conditional(), g.onFailure())+"}")
		case 2:
			members = append(members, "{Update: "+g.with("Key: "+g.key(), `UpdateExpression: "`+g.updates()+`"`, g.conditional(), g.onFailure())+"}")
		default:
			members = append(members, "{ConditionCheck: "+g.with("Key: "+g.key(), `ConditionExpression: "`+g.condition(1)+`"`, g.onFailure())+"}")
		}
	}
	return "TransactWriteItems {TransactItems: [" + strings.Join(members, ", ") + "]}"
}

func (g *generator) transactGet() string {
	return fmt.Sprintf("TransactGetItems {TransactItems: [{Get: {TableName: whole, Key: %s}}, {Get: {TableName: whole, Key: %s}}]}", g.key(), g.key())
}
