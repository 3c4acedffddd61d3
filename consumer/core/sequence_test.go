package core_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/stillwater-streams/stillwater/consumer/core"
)

func TestCompareSequence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{1,40}`)
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") {
			b = "000" + a
		}
		x, _ := new(big.Int).SetString(a, 10)
		y, _ := new(big.Int).SetString(b, 10)
		if got, want := core.CompareSequence(a, b), x.Cmp(y); got != want {
			t.Errorf("CompareSequence(%q, %q) = %d, want %d", a, b, got, want)
		}
	})
}
