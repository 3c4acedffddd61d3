package number_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/harness/engine/memory/number"
	"github.com/stillwater-streams/stillwater/harness/engine/memory/validation"
)

const (
	notNumeric = "The parameter cannot be converted to a numeric value"
	tooBig     = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	tooSmall   = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	tooLong    = "Attempting to store more than 38 significant digits in a Number"
)

func TestNormal(t *testing.T) {
	digits38 := "12345678901234567890123456789012345678"
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "00": "0", "0.00": "0", "0e126": "0", "-0.0e-200": "0", "0.0e2147483647": "0",
		"1": "1", "+1": "1", "-1": "-1", "01": "1", "-01": "-1", "1.0": "1", "1.50": "1.5", ".5": "0.5", "-.5": "-0.5", "5.": "5", "1.e2": "100",
		"1e2": "100", "1E+2": "100", "1e-2": "0.01", "1.5e3": "1500", "-17.4E37": "-174" + strings.Repeat("0", 36), "0001.23": "1.23",
		"0.0000001": "0.0000001", "1E-7": "0.0000001", "100": "100", "10.10": "10.1",
		"1e125": "1" + strings.Repeat("0", 125), "0.1e126": "1" + strings.Repeat("0", 125), "1e-130": "0." + strings.Repeat("0", 129) + "1",
		digits38: digits38, digits38 + "0": digits38 + "0", "-0." + digits38: "-0." + digits38, digits38 + "e88": digits38 + strings.Repeat("0", 88),
		"1" + strings.Repeat("0", 125): "1" + strings.Repeat("0", 125),
	} {
		if got, err := number.Normal(text); err != nil || got != want {
			t.Errorf("Normal(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": notNumeric, ".": notNumeric + ": .", "-": notNumeric + ": -", "+": notNumeric + ": +", "e1": notNumeric + ": e1",
		"NaN": notNumeric + ": NaN", "Infinity": notNumeric + ": Infinity", "-Infinity": notNumeric + ": -Infinity", "dog": notNumeric + ": dog",
		" 1": notNumeric + ":  1", "1 ": notNumeric + ": 1 ", "1_0": notNumeric + ": 1_0", "0x1": notNumeric + ": 0x1", "1,5": notNumeric + ": 1,5",
		"--1": notNumeric + ": --1", "1e": notNumeric + ": 1e", "1e+": notNumeric + ": 1e+", "1e1e1": notNumeric + ": 1e1e1", "1.2.3": notNumeric + ": 1.2.3",
		"1e2147483648": notNumeric + ": 1e2147483648", "1e-2147483649": notNumeric + ": 1e-2147483649", "0e99999999999": notNumeric + ": 0e99999999999",
		"1e126": tooBig, "-11e125": tooBig, "1e2147483647": tooBig, "1" + strings.Repeat("0", 126): tooBig,
		"1e-131": tooSmall, "-0.9e-130": tooSmall, "1e-2147483647": tooSmall,
		digits38 + "9": tooLong, "3.14159265358979323846264338327950288419": tooLong, "1" + strings.Repeat("0", 50) + "1": tooLong,
	} {
		if got, err := number.Normal(text); validation.Message(err) != want {
			t.Errorf("Normal(%q) = %q, %v, want the message %q", text, got, err, want)
		}
	}
}

// anyNumber draws a number in normal form together with its value.
func anyNumber() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		digits := rapid.StringMatching(`[1-9][0-9]{0,37}`).Draw(t, "digits")
		magnitude := rapid.OneOf(rapid.IntRange(-3, 40), rapid.IntRange(-130, 125)).Draw(t, "magnitude")
		sign := rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign")
		text, err := number.Normal(fmt.Sprintf("%s%s.%se%d", sign, digits[:1], digits[1:], magnitude))
		if err != nil {
			t.Fatal(err)
		}
		return text
	})
}

func rational(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic("not a number: " + text)
	}
	return r
}

// The twin of all of it is math/big, which is slow and knows no limits.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyNumber().Draw(t, "a"), anyNumber().Draw(t, "b")
		if again, err := number.Normal(a); err != nil || again != a {
			t.Errorf("Normal(%q) = %q, %v: it was normal", a, again, err)
		}
		if got, want := number.Compare(a, b), rational(a).Cmp(rational(b)); got != want {
			t.Errorf("Compare(%s, %s) = %d, want %d", a, b, got, want)
		}
		if number.Compare(a, b) != -number.Compare(b, a) || number.Compare(a, a) != 0 {
			t.Errorf("Compare(%s, %s) is no order", a, b)
		}
		checkExact(t, a, b, number.Add, (*big.Rat).Add)
		checkExact(t, a, b, number.Subtract, (*big.Rat).Sub)
		if size := number.Size(a); size < 2 || size > 22 {
			t.Errorf("Size(%s) = %d", a, size)
		}
	})
}

// checkExact wants the exact result, or an error exactly if DynamoDB has no such
// number.
func checkExact(t *rapid.T, a, b string, got func(a, b string) (string, error), want func(z, x, y *big.Rat) *big.Rat) {
	text, err := got(a, b)
	exact := want(new(big.Rat), rational(a), rational(b))
	_, fits := number.Normal(exact.FloatString(300)) // more digits than any sum has
	switch {
	case err == nil && (fits != nil || rational(text).Cmp(exact) != 0):
		t.Errorf("of %s and %s: %s, want %s", a, b, text, exact.FloatString(40))
	case err != nil && fits == nil:
		t.Errorf("of %s and %s: %v, but %s is a number", a, b, err, exact.FloatString(40))
	}
}

func TestArithmetic(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for _, test := range []struct{ a, b, sum, difference string }{
		{"1", "2", "3", "-1"},
		{"1.5", "-1.5", "0", "3"},
		{"0", "0", "0", "0"},
		{"0.1", "0.2", "0.3", "-0.1"},
		{nines, "1", "1" + strings.Repeat("0", 38), strings.Repeat("9", 37) + "8"},
		{"1", "10000000000000000000000", "10000000000000000000001", "-9999999999999999999999"},
		{nines, "0.1", tooBig, tooBig}, // the service's words for too many digits
		{"1" + strings.Repeat("0", 50), "1", tooBig, tooBig},
		{"9" + strings.Repeat("0", 125), "9" + strings.Repeat("0", 125), tooBig, "0"},
		{"0." + strings.Repeat("0", 129) + "15", "-0." + strings.Repeat("0", 129) + "1", tooSmall, "0." + strings.Repeat("0", 129) + "25"},
	} {
		for _, op := range []struct {
			name, want string
			do         func(a, b string) (string, error)
		}{{"+", test.sum, number.Add}, {"-", test.difference, number.Subtract}} {
			got, err := op.do(test.a, test.b)
			if err != nil {
				got = validation.Message(err)
			}
			if got != op.want {
				t.Errorf("%s %s %s = %q, want %q", test.a, op.name, test.b, got, op.want)
			}
		}
	}
}

// Each size is that of a stream record of DynamoDB Local: our measurement.
func TestSize(t *testing.T) {
	for text, want := range map[string]int{
		"0": 1, "1": 2, "-1": 3, "10": 2, "12": 2, "123": 3, "1234": 3, "12345": 4, "123456": 4, "-12": 3, "-123": 4,
		"0.1": 2, "0.12": 2, "0.01": 2, "0.001": 2, "0.012": 3, "1.2": 3, "12.3": 3, "1.23": 3, "100": 2, "1000": 2, "10000": 2,
		"120": 3, "1200": 2, "1230": 3, "12300": 3, "10000000000": 2, "100000000000": 2, "1001": 3, "10001": 4, "100.1": 4, "1.01": 3,
		"10.01": 3, "99": 2, "9": 2, "9.9": 3, "0.99": 2, "0.099": 3,
		"12345678901234567890123456789012345678": 20, "1234567890123456789012345678901234567": 20, "-12345678901234567890123456789012345678": 21,
		"1" + strings.Repeat("0", 125): 2, "0." + strings.Repeat("0", 129) + "1": 2,
	} {
		if got := number.Size(text); got != want {
			t.Errorf("Size(%s) = %d, want %d", text, got, want)
		}
	}
}

func FuzzNormal(f *testing.F) {
	for _, text := range []string{"0", "-1.50", "1e125", ".5", "1e-130", "1E+2", "5.", "-", "1e99999999999"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		normal, err := number.Normal(text)
		if err != nil {
			return
		}
		if again, err := number.Normal(normal); err != nil || again != normal {
			t.Errorf("Normal(%q) = %q, and of that %q, %v", text, normal, again, err)
		}
		if number.Compare(normal, normal) != 0 || number.Size(normal) > 21 {
			t.Errorf("Normal(%q) = %q, which has size %d", text, normal, number.Size(normal))
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if number.Compare("1234.5", "1234.25") <= 0 {
			b.Fatal("1234.5 is more than 1234.25")
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := number.Add("1234.5", "1"); err != nil {
			b.Fatal(err)
		}
	}
}
