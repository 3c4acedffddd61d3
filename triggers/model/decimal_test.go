package model_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
	"pgregory.net/rapid"
)

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "0.00": "0", "1.50": "1.5", "100": "100", "1E2": "100", "+7": "7", "-1.5e-3": "-0.0015",
		"0.1":                                    "0.1", // no float64 on the way
		"12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
	} {
		if got, err := model.ParseDecimal(text); err != nil || got.String() != want || !got.Known() {
			t.Errorf("ParseDecimal(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "NaN", "Infinity", "-inf", "1_0", "0x1", "1,5", "--1", ".", "1e", "1E126", "1E-131",
		"1E9999999999", strings.Repeat("9", 39)} {
		if got, err := model.ParseDecimal(bad); err == nil {
			t.Errorf("ParseDecimal(%q) = %q, want an error", bad, got)
		}
	}
}

func TestAbsentDecimal(t *testing.T) {
	var absent model.Decimal
	if absent.Known() || absent.String() != "" || absent.Equal(model.Int(0)) {
		t.Error("absent is a number")
	}
	if absent.Cmp(model.Int(0)) != 0 || !absent.Add(model.Int(3)).Equal(model.Int(3)) {
		t.Error("absent does not count as 0")
	}
}

// Decimals add and compare as exact rationals do.
func TestDecimalsAreExact(t *testing.T) {
	text := rapid.StringMatching(`-?[0-9]{1,15}(\.[0-9]{1,15})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		x, y := parse(t, a), parse(t, b)
		if got, want := x.Cmp(y), rat(a).Cmp(rat(b)); got != want {
			t.Errorf("Cmp(%s, %s) = %d, want %d", a, b, got, want)
		}
		if (x == y) != (rat(a).Cmp(rat(b)) == 0) {
			t.Errorf("%s == %s is %v", a, b, x == y)
		}
		if got, want := rat(x.Add(y).String()), new(big.Rat).Add(rat(a), rat(b)); got.Cmp(want) != 0 {
			t.Errorf("%s + %s = %s", a, b, x.Add(y))
		}
		n := rapid.IntRange(-100000, 100000).Draw(t, "n")
		if got, want := rat(x.Times(n).String()), new(big.Rat).Mul(rat(a), big.NewRat(int64(n), 1)); got.Cmp(want) != 0 {
			t.Errorf("%s * %d = %s", a, n, x.Times(n))
		}
	})
}

func parse(t *rapid.T, text string) model.Decimal {
	d, err := model.ParseDecimal(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rat(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return r
}
