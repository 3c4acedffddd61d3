package filter

import (
	"bytes"
	"cmp"
	"strconv"
)

// decimal is a number exactly as its text says: 0.digits × 10^exponent. A
// float64 would take 9007199254740993 for 9007199254740992.
type decimal struct {
	negative bool
	// digits neither begin nor end with 0; zero has none, and no sign.
	digits   []byte
	exponent int64
}

// parseDecimal reads a number that is one: JSON's, or DynamoDB's, which may
// begin with + or a point. The digits are put into buf as far as it reaches.
func parseDecimal(number, buf []byte) decimal {
	d := decimal{digits: buf[:0]}
	if len(number) > 0 && (number[0] == '-' || number[0] == '+') {
		d.negative = number[0] == '-'
		number = number[1:]
	}
	point := false
	for i, c := range number {
		if c|0x20 == 'e' {
			d.exponent += power(number[i+1:])
			break
		}
		switch {
		case c == '.':
			point = true
			continue
		case len(d.digits) > 0 || c != '0':
			d.digits = append(d.digits, c)
			if !point {
				d.exponent++
			}
		case point: // a zero between the point and the first digit
			d.exponent--
		}
	}
	d.digits = bytes.TrimRight(d.digits, "0")
	if len(d.digits) == 0 {
		return decimal{}
	}
	return d
}

// power reads an exponent. What is beyond the limit stays there, so that the
// places of the digits can be added.
func power(text []byte) int64 {
	const limit = 1 << 60
	n, _ := strconv.ParseInt(string(text), 10, 64) // out of range gives the nearest
	return min(max(n, -limit), limit)
}

// compare is -1, 0 or 1 as d is less than, equal to or greater than e.
func (d decimal) compare(e decimal) int {
	if d.sign() != e.sign() || d.sign() == 0 {
		return cmp.Compare(d.sign(), e.sign())
	}
	size := cmp.Or(cmp.Compare(d.exponent, e.exponent), bytes.Compare(d.digits, e.digits))
	return size * d.sign()
}

func (d decimal) sign() int {
	switch {
	case len(d.digits) == 0:
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}
