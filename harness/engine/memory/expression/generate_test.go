package expression_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/expression"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/item"
)

// generator draws trials. Names and values come from small pools, so that they
// often meet; a few are wrong in each way that is known.
type generator struct {
	*rapid.T
	clean bool      // nothing is wrong but kinds of operands
	it    item.Item // many paths are drawn that lead somewhere in it
}

// below draws a number from 0 to n-1, all equally likely: rapid's own generators
// prefer small ones by far, and then nearly every request is a mistake. It tends
// to 0 where rapid shrinks.
func (g generator) below(n int) int {
	const bits = 10
	k := 0
	for range bits {
		k *= 2
		if rapid.Bool().Draw(g.T, "") {
			k++
		}
	}
	return k * n >> bits
}

// pickOf is pick for other types.
func pickOf[T any](g generator, choices ...T) T { return choices[g.below(len(choices))] }

// some draws one to three of a list, in any order.
func some(g generator, list []string) []string {
	list = slices.Clone(list)
	for i := range list {
		j := i + g.below(len(list)-i)
		list[i], list[j] = list[j], list[i]
	}
	return list[:g.times(1, min(3, len(list)))]
}

func (g generator) pick(choices ...string) string { return choices[g.below(len(choices))] }

// chance is true in so many of a hundred draws.
func (g generator) chance(percent int) bool { return g.below(100) >= 100-percent }

// flaw is a chance to draw something wrong.
func (g generator) flaw(percent int) bool { return !g.clean && g.chance(percent) }

func (g generator) times(least, most int) int { return least + g.below(most-least+1) }

// item draws an item with the key "k".
func (g generator) item() item.Item {
	it := item.Item{"pk": str("k")}
	for _, name := range []string{"a", "b", "c", "l", "m", "s"} {
		if g.chance(80) {
			it[name] = g.attribute(name)
		}
	}
	return it
}

// attribute draws a value that an attribute of this name mostly has.
func (g generator) attribute(name string) types.AttributeValue {
	if g.chance(15) {
		return g.value(2)
	}
	switch name {
	case "a", "b":
		return g.number()
	case "l":
		return g.list(2)
	case "m":
		return g.document(2)
	case "s":
		return g.set()
	}
	return g.value(1)
}

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

func (g generator) number() types.AttributeValue {
	return num(g.pick("0", "1", "2", "-1", "10", "9", "1.5", "0.001", "-0.5", "12345678901234567890123456789012345678",
		strings.Repeat("9", 38)+strings.Repeat("0", 88), "0."+strings.Repeat("0", 129)+"1"))
}

func (g generator) list(depth int) types.AttributeValue {
	l := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for range g.times(0, 3) {
		l.Value = append(l.Value, g.value(depth-1))
	}
	return l
}

func (g generator) document(depth int) types.AttributeValue {
	m := &types.AttributeValueMemberM{Value: item.Item{}}
	for _, name := range []string{"a", "b", "l", "m"} {
		if g.chance(50) {
			m.Value[name] = g.value(depth - 1)
		}
	}
	return m
}

func (g generator) set() types.AttributeValue {
	switch g.times(0, 3) {
	case 0:
		return &types.AttributeValueMemberNS{Value: pickOf(g, []string{"1"}, []string{"1", "2"}, []string{"-1", "2", "10"})}
	case 1:
		return &types.AttributeValueMemberBS{Value: pickOf(g, [][]byte{{1}}, [][]byte{{1}, {255}}, [][]byte{{}, {1}})}
	}
	return &types.AttributeValueMemberSS{Value: pickOf(g, []string{"x"}, []string{"x", "y"}, []string{"", "xy"}, []string{"p", "q", "x"})}
}

func (g generator) value(depth int) types.AttributeValue {
	most := 7
	if depth > 0 {
		most = 11
	}
	switch n := g.times(0, most); {
	case n <= 1:
		return g.number()
	case n <= 3:
		return str(g.pick("x", "y", "xy", "", "S", "N", "é", "a"))
	case n == 4:
		return &types.AttributeValueMemberB{Value: pickOf(g, []byte{}, []byte{1}, []byte{1, 2}, []byte{255})}
	case n == 5:
		return &types.AttributeValueMemberBOOL{Value: g.chance(50)}
	case n == 6:
		return &types.AttributeValueMemberNULL{Value: true}
	case n == 7:
		return g.set()
	case n <= 9:
		return g.list(depth)
	}
	return g.document(depth)
}

// name draws one element of a path.
func (g generator) name() string {
	if g.flaw(4) {
		return g.pick("name", "zz", "contains", "Abort", "#undefined", "b_2", "attribute_exists")
	}
	return g.pick("a", "b", "c", "l", "m", "s", "#a", "#l", "#m")
}

func (g generator) path() string {
	if g.flaw(2) {
		return g.pick("pk", "pk.x", "pk[0]", "sk", "a[2147483647]", "a[2147483648]", strings.Repeat("a.", 31)+"a", strings.Repeat("a.", 32)+"a")
	}
	if g.it != nil && g.chance(60) {
		return g.pathIn()
	}
	var b strings.Builder
	b.WriteString(g.name())
	for g.chance(30) {
		switch g.times(0, 2) {
		case 0:
			b.WriteString("." + g.name())
		case 1:
			fmt.Fprintf(&b, "[%d]", g.times(0, 4))
		default:
			b.WriteString(g.pick(".a", ".b", " . m", "[0]", "[ 1 ]"))
		}
	}
	return b.String()
}

// pathIn draws a path that leads to something.
func (g generator) pathIn() string {
	name := g.pick(slices.Sorted(maps.Keys(g.it))...)
	if name == "pk" || name == "sk" {
		name = "a"
	}
	v, path := g.it[name], name
	for g.chance(60) {
		switch at := v.(type) {
		case *types.AttributeValueMemberM:
			if len(at.Value) == 0 {
				return path
			}
			name = g.pick(slices.Sorted(maps.Keys(at.Value))...)
			v, path = at.Value[name], path+"."+name
		case *types.AttributeValueMemberL:
			i := g.times(0, len(at.Value)) // one may be behind the end
			if path += fmt.Sprintf("[%d]", i); i == len(at.Value) {
				return path
			}
			v = at.Value[i]
		default:
			return path
		}
	}
	return path
}

func (g generator) literal() string {
	if g.flaw(2) {
		return ":undefined"
	}
	return g.pick(":n", ":n2", ":s", ":b", ":v", ":v2", ":l", ":m", ":set", ":set2", ":type")
}

// operand draws what a condition compares. Size is the only function there.
func (g generator) operand(depth int) string {
	switch n := g.times(0, 19); {
	case n < 9:
		return g.path()
	case n < 15:
		return g.literal()
	case n < 18 || depth <= 0 || g.clean:
		return "size(" + g.path() + ")"
	case n < 19:
		return "(" + g.operand(depth-1) + ")"
	}
	return g.function(depth - 1)
}

func (g generator) function(depth int) string {
	name := g.pick("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains")
	if g.flaw(7) {
		name = g.pick("size", "foo", "Size", "if_not_exists", "list_append", "CONTAINS")
	}
	args := []string{g.path()}
	switch name {
	case "attribute_type":
		args = append(args, g.pick(":type", ":type", ":type", g.literal()))
	case "begins_with", "contains", "if_not_exists", "list_append":
		args = append(args, g.operand(depth))
	}
	switch {
	case g.flaw(4):
		args = append(args, g.operand(depth))
	case g.flaw(4):
		args[0] = g.operand(depth)
	}
	return name + g.pick("(", " (") + strings.Join(args, g.pick(",", ", ")) + ")"
}

func (g generator) condition(depth int) string {
	if depth > 0 && g.chance(45) {
		switch g.times(0, 4) {
		case 0, 1:
			return g.condition(depth-1) + g.pick(" AND ", " and ") + g.condition(depth-1)
		case 2:
			return g.condition(depth-1) + g.pick(" OR ", " Or ") + g.condition(depth-1)
		case 3:
			return "NOT " + g.condition(depth-1)
		}
		return "(" + g.condition(depth-1) + ")"
	}
	switch n := g.times(0, 9); {
	case n < 4:
		return g.operand(1) + " " + g.pick("=", "<>", "<", "<=", ">", ">=") + " " + g.operand(1)
	case n == 4:
		return g.operand(1) + " BETWEEN " + g.operand(1) + " AND " + g.operand(1)
	case n == 5:
		list := []string{g.operand(1)}
		for range g.times(0, 3) {
			list = append(list, g.operand(1))
		}
		return g.operand(1) + " IN (" + strings.Join(list, ",") + ")"
	}
	return g.function(1)
}

// assigned draws the right side of a SET.
func (g generator) assigned(depth int) string {
	simple := func() string {
		switch n := g.times(0, 9); {
		case n < 4:
			return g.path()
		case n < 7 || depth <= 0:
			return g.literal()
		case n < 9:
			return "if_not_exists(" + g.path() + ", " + g.assigned(depth-1) + ")"
		}
		return "(" + g.assigned(depth-1) + ")"
	}
	switch n := g.times(0, 11); {
	case n < 6:
		return simple()
	case n < 9:
		return simple() + g.pick(" + ", " - ", "+", "-") + simple()
	case n < 11:
		return "list_append(" + g.pick("l", g.path(), ":l", simple()) + "," + g.pick("l", ":l", simple()) + ")"
	}
	if g.clean {
		return simple()
	}
	return g.function(1)
}

func (g generator) update() string {
	verbs := []string{"SET", "REMOVE", "ADD", "DELETE"}
	verbs = some(g, verbs)
	if g.flaw(4) {
		verbs = append(verbs, "set")
	}
	var clauses []string
	var used []string
	for _, verb := range verbs {
		var actions []string
		for range g.times(1, 2) {
			path := g.path()
			if top := strings.Trim(path[:min(2, len(path))], "#.["); slices.Contains(used, top) && !g.flaw(10) {
				continue
			} else {
				used = append(used, top)
			}
			actions = append(actions, g.action(verb, path))
		}
		if len(actions) > 0 {
			clauses = append(clauses, verb+" "+strings.Join(actions, ", "))
		}
	}
	return strings.Join(clauses, " ")
}

// action draws what a clause does to a path.
func (g generator) action(verb, path string) string {
	switch verb {
	case "REMOVE":
		return path
	case "ADD":
		return path + " " + g.pick(":n", ":n2", ":set", ":set2")
	case "DELETE":
		return path + " " + g.pick(":set", ":set2")
	}
	return path + " = " + g.assigned(2)
}

func (g generator) projection() string {
	var paths []string
	for range g.times(1, 4) {
		paths = append(paths, g.path())
	}
	return strings.Join(paths, g.pick(",", ", "))
}

// keyCondition draws a condition on the table's key, right more often than not.
func (g generator) keyCondition() string {
	if g.chance(15) {
		return strings.NewReplacer("a", "pk", "b", "sk").Replace(g.condition(1))
	}
	hash, second := "pk = :pk", ""
	switch g.times(0, 5) {
	case 0:
		return hash
	case 1:
		second = "sk BETWEEN :sk AND :sk2"
	case 2:
		second = "begins_with(sk, :sk)"
	case 3:
		second = g.literal() + " " + g.pick("=", "<", ">=", "<>") + " sk"
	default:
		second = "sk " + g.pick("=", "<", "<=", ">", ">=") + " :sk"
	}
	if g.chance(10) {
		hash, second = second, hash
	}
	return hash + " AND " + second
}

// blemish changes the text of an expression by a token or a character.
func (g generator) blemish(text string) string {
	tokens := regexp.MustCompile(`[A-Za-z0-9_#:]+|\s+|<>|<=|>=|.`).FindAllString(text, -1)
	if len(tokens) == 0 {
		return text
	}
	i, j := g.times(0, len(tokens)-1), g.times(0, len(tokens)-1)
	switch g.times(0, 4) {
	case 0:
		tokens[i] = ""
	case 1:
		tokens[i] += tokens[j]
	case 2:
		tokens[i], tokens[j] = tokens[j], tokens[i]
	case 3:
		tokens = tokens[:i]
	default:
		tokens[i] += g.pick("(", ")", ",", ".", "[", "]", "=", "<", "+", "-", " AND ", " OR ", " NOT ", " IN ", " BETWEEN ", " SET ", " a ", " :n ", "0", "#", ":", "!", "é", "\t")
	}
	return strings.Join(tokens, "")
}

// request gives the expressions names and values: mostly those they need.
func (g generator) request(r expression.Request) expression.Request {
	text := ""
	for _, e := range []*string{r.UpdateExpression, r.ConditionExpression, r.FilterExpression, r.KeyConditionExpression, r.ProjectionExpression} {
		if e == nil {
			continue
		}
		if g.flaw(12) {
			*e = g.blemish(*e)
		}
		text += " " + *e
	}
	for _, ref := range regexp.MustCompile(`[#:][A-Za-z0-9_]+`).FindAllString(text, -1) {
		if strings.HasSuffix(ref, "undefined") || g.flaw(1) {
			continue
		}
		if ref[0] == '#' {
			if r.ExpressionAttributeNames == nil {
				r.ExpressionAttributeNames = map[string]string{}
			}
			r.ExpressionAttributeNames[ref] = ref[1:2]
			continue
		}
		if r.ExpressionAttributeValues == nil {
			r.ExpressionAttributeValues = item.Item{}
		}
		if _, drawn := r.ExpressionAttributeValues[ref]; !drawn {
			r.ExpressionAttributeValues[ref] = g.parameter(ref)
		}
	}
	if g.flaw(2) && r.ExpressionAttributeValues != nil {
		r.ExpressionAttributeValues[":unused"] = num("1")
	}
	return r
}

func (g generator) parameter(ref string) types.AttributeValue {
	switch ref {
	case ":n", ":n2":
		return g.number()
	case ":s":
		return str(g.pick("x", "y", "xy", ""))
	case ":b":
		return &types.AttributeValueMemberB{Value: []byte{1}}
	case ":l":
		return g.list(2)
	case ":m":
		return g.document(2)
	case ":set", ":set2":
		return g.set()
	case ":type":
		return str(g.pick("S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M", "X"))
	case ":pk":
		return str("k")
	}
	return g.value(2)
}

// updateTrial draws an UpdateItem, with a condition or not.
func (g generator) updateTrial() trial {
	g.it = g.item()
	r := expression.Request{Operation: "UpdateItem", UpdateExpression: aws.String(g.update())}
	if g.chance(20) {
		r.ConditionExpression = aws.String(g.condition(1))
	}
	return trial{table: tables()["single"], items: g.thereOrNot(), put: g.it, request: g.request(r)}
}

// thereOrNot is the table of most trials: it holds the item, or nothing.
func (g generator) thereOrNot() []item.Item {
	if g.chance(8) {
		return nil
	}
	return []item.Item{g.it}
}

// actionTrial draws an UpdateItem of one action: it can have one mistake only.
func (g generator) actionTrial() trial {
	g.it = g.item()
	verb := g.pick("SET", "SET", "SET", "REMOVE", "ADD", "DELETE")
	r := expression.Request{Operation: "UpdateItem", UpdateExpression: aws.String(verb + " " + g.action(verb, g.path()))}
	return trial{table: tables()["single"], items: g.thereOrNot(), put: g.it, request: g.request(r)}
}

// conditionTrial draws a PutItem of the item that is there, with a condition.
func (g generator) conditionTrial() trial {
	g.it = g.item()
	r := expression.Request{Operation: "PutItem", ConditionExpression: aws.String(g.condition(3))}
	return trial{table: tables()["single"], items: g.thereOrNot(), put: g.it, request: g.request(r)}
}

// projectionTrial draws a GetItem.
func (g generator) projectionTrial() trial {
	g.it = g.item()
	r := expression.Request{Operation: "GetItem", ProjectionExpression: aws.String(g.projection())}
	return trial{table: tables()["single"], items: []item.Item{g.it}, put: g.it, request: g.request(r)}
}

// queryTrial draws a Query of a partition in the order of its numeric, string or
// binary range key.
func (g generator) queryTrial() trial {
	t := trial{table: tables()["sorted"+g.pick("S", "N", "B")]}
	for _, v := range map[item.Kind][]types.AttributeValue{
		item.S: {str("a"), str("x"), str("xy"), str("é")},
		item.N: {num("-1"), num("0.001"), num("2"), num("10")},
		item.B: {&types.AttributeValueMemberB{Value: []byte{1}}, &types.AttributeValueMemberB{Value: []byte{1, 2}}, &types.AttributeValueMemberB{Value: []byte{255}}},
	}[t.table.schema.Range[0].Kind] {
		it := g.item()
		it["sk"] = v
		t.items = append(t.items, it)
	}
	t.put, g.it = t.items[0], t.items[0]
	r := expression.Request{Operation: "Query", KeyConditionExpression: aws.String(g.keyCondition())}
	if g.chance(30) {
		r.FilterExpression = aws.String(g.condition(1))
	}
	if g.chance(20) {
		r.ProjectionExpression = aws.String("sk, " + g.projection())
	}
	t.request = g.request(r)
	for _, ref := range []string{":sk", ":sk2"} {
		if _, used := t.request.ExpressionAttributeValues[ref]; used && g.chance(90) {
			t.request.ExpressionAttributeValues[ref] = t.items[g.times(0, len(t.items)-1)]["sk"]
		}
	}
	return t
}
