package model_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

func TestCVSSF(t *testing.T) {
	for _, test := range []struct{ score, want string }{
		{"0", "0.004"}, {"2.0", "0.062"}, {"3.9", "0.871"}, {"4", "1"}, {"5", "4"}, {"6.5", "32"},
		{"7.3", "97.006"}, {"9", "1024"}, {"9.8", "3104.188"}, {"10", "4096"},
	} {
		score, err := model.ParseScore(test.score)
		if err != nil {
			t.Fatal(err)
		}
		if got := model.CVSSF(score).String(); got != test.want {
			t.Errorf("cvssf(%s) = %s, want %s", test.score, got, test.want)
		}
	}
	if got := model.CVSSF(model.Score{}).String(); got != "0.004" {
		t.Errorf("cvssf of no score = %s, want that of 0", got)
	}
}

// Every score from 0.0 to 10.0 against exact rational arithmetic. With s = k/10,
// cvssf is 2^((k-40)/5), so r is its rounding to 3 decimals if and only if
// (r-h)^5 <= 2^(k-40) <= (r+h)^5 with h = 0.0005; equality is the tie.
func TestCVSSFIsTheNearestOfThreeDecimals(t *testing.T) {
	half := big.NewRat(5, 10000)
	for k := range 101 {
		score, err := model.ParseScore(fmt.Sprintf("%d.%d", k/10, k%10))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := new(big.Rat).SetString(model.CVSSF(score).String())
		if !ok || !new(big.Rat).Mul(got, big.NewRat(1000, 1)).IsInt() {
			t.Fatalf("cvssf(%s) = %s: not a number of 3 decimals", score, model.CVSSF(score))
		}
		exact := powerOfTwo(k - 40)
		low := fifthPower(new(big.Rat).Sub(got, half)).Cmp(exact)
		high := exact.Cmp(fifthPower(new(big.Rat).Add(got, half)))
		if low > 0 || high > 0 {
			t.Errorf("cvssf(%s) = %s: not the nearest", score, got.FloatString(3))
		}
		if tie := low == 0 || high == 0; tie != (k == 20) {
			t.Errorf("cvssf(%s): tie = %v, want the only one at 2.0", score, tie)
		}
	}
}

func powerOfTwo(n int) *big.Rat {
	if n < 0 {
		return new(big.Rat).Inv(powerOfTwo(-n))
	}
	return new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(n)))
}

func fifthPower(r *big.Rat) *big.Rat {
	p := new(big.Rat).Mul(r, r)
	p.Mul(p, p)
	return p.Mul(p, r)
}

func TestParseScore(t *testing.T) {
	for _, bad := range []string{"", "-0.1", "10.1", "NaN", "high"} {
		if s, err := model.ParseScore(bad); err == nil {
			t.Errorf("ParseScore(%q) = %s, want an error", bad, s)
		}
	}
}
