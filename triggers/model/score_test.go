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
		{"7.25", "90.51"}, {"0.05", "0.004"}, // what no vector gives, written by hand
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

func TestScore3x4(t *testing.T) {
	const (
		v3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
		v4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
	)
	// The scores are those of FIRST's calculators.
	for _, test := range []struct {
		name, v3, v4 string
		want         string // base temporal cvssf threat cvssf_v4
	}{
		{"base metrics", v3, v4, "9.8 9.8 3104.188 9.3 1552.094"},
		{"temporal and threat metrics", v3 + "/E:P/RL:O/RC:C", v4 + "/E:U", "9.8 8.8 776.047 8.1 294.067"},
		{"environmental metrics are ignored", v3 + "/CR:L/IR:L/AR:L/MAV:P", v4 + "/CR:L/IR:L/AR:L/MAV:P", "9.8 9.8 3104.188 9.3 1552.094"},
		{"no impact", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "0 0 0.004 0 0.004"},
		{"v3.1 only", v3, "", "9.8 9.8 3104.188  "},
		{"v4 only", "", v4, "   9.3 1552.094"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := model.Score3x4(test.v3, test.v4)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%s %s %s %s %s", s.BaseScore, s.TemporalScore, s.CVSSF, s.ThreatScore, s.CVSSFv4); got != test.want {
				t.Errorf("scores %q, want %q", got, test.want)
			}
			if s.CVSSv3 != test.v3 || s.CVSSv4 != test.v4 {
				t.Errorf("vectors %q and %q are not those given", s.CVSSv3, s.CVSSv4)
			}
		})
	}
	for _, bad := range [][2]string{{"", ""}, {v4, ""}, {"", v3}, {"CVSS:3.1/AV:N", v4}, {v3, v4 + "/E:Z"}} {
		if s, err := model.Score3x4(bad[0], bad[1]); err == nil {
			t.Errorf("Score3x4(%q, %q) = %v, want an error", bad[0], bad[1], s)
		}
	}
}
