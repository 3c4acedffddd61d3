package oracle

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// levelOf returns the level of a score.
func levelOf(score string) string {
	switch f := float(score); {
	case f < 4:
		return "low"
	case f < 7:
		return "medium"
	case f < 9:
		return "high"
	}
	return "critical"
}

// weight is 4^(score-4) in thousandths, half to even. A float64 is exact enough: the
// only tie among scores of one decimal is 2.0, whose power a float64 holds exactly.
func weight(score string) int {
	return int(math.RoundToEven(math.Pow(4, float(score)-4) * 1000))
}

func thousandths(total int) string { return plain(new(big.Rat).SetFrac64(int64(total), 1000)) }

// larger returns the larger of two numbers, the first in a tie. "" counts as 0.
func larger(a, b string) string {
	if b == "" || rational(b).Cmp(rational(a)) <= 0 {
		return a
	}
	return plain(rational(b))
}

// firstNumber returns a number of the first map that has it, "0" if none has.
func firstNumber(a, b item, name string) string {
	for _, m := range []item{a, b} {
		if text := num(m, name); text != "" {
			return text
		}
	}
	return "0"
}

func float(text string) float64 {
	f, _ := rational(text).Float64()
	return f
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// plain writes a number without zeros at its end.
func plain(r *big.Rat) string {
	text := r.FloatString(40)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// utc brings a date to UTC with +00:00; a date without a zone is in UTC already.
func utc(date string) (string, error) {
	zoned := date
	if i := strings.IndexByte(date, 'T'); i > 0 && !strings.ContainsAny(date[i:], "Z+-") {
		zoned += "Z"
	}
	at, err := time.Parse(time.RFC3339Nano, zoned)
	if err != nil {
		return "", fmt.Errorf("date %q", date)
	}
	return strings.TrimSuffix(at.UTC().Format(time.RFC3339Nano), "Z") + "+00:00", nil
}

func zeros(names ...string) map[string]int {
	m := map[string]int{}
	for _, name := range names {
		m[name] = 0
	}
	return m
}

// count adds one to a name that must be there.
func count(m map[string]int, name string) error {
	if _, known := m[name]; !known {
		return fmt.Errorf("status %q", name)
	}
	m[name]++
	return nil
}

func str(m item, name string) string {
	if v, ok := m[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func num(m item, name string) string {
	if v, ok := m[name].(*types.AttributeValueMemberN); ok {
		return v.Value
	}
	return ""
}

func sub(m item, name string) item {
	if v, ok := m[name].(*types.AttributeValueMemberM); ok {
		return v.Value
	}
	return nil
}

func s(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

func n(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }

func counts(m map[string]int) types.AttributeValue {
	out := item{}
	for name, count := range m {
		out[name] = n(fmt.Sprint(count))
	}
	return &types.AttributeValueMemberM{Value: out}
}
