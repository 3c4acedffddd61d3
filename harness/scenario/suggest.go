package scenario

import (
	"slices"
	"strings"
)

// longestList bounds the alternatives a hint enumerates.
const longestList = 24

// suggest is the hint for a name that is not among known: the closest one, or
// all of them when none is close. what names them in the plural.
func suggest(name string, known []string, what string) string {
	if near := closest(name, known); near != "" {
		return "did you mean " + near + "?"
	}
	return list(known, what)
}

// list enumerates known, sorted: "fixtures there are: a, b".
func list(known []string, what string) string {
	if len(known) == 0 {
		return "there are no " + what
	}
	sorted := slices.Sorted(slices.Values(known))
	if len(sorted) > longestList {
		sorted = append(sorted[:longestList:longestList], "…")
	}
	return what + " there are: " + strings.Join(sorted, ", ")
}

// Closest is the known name that one was probably meant to be, "" if none is close.
func Closest(name string, known []string) string { return closest(name, known) }

// closest returns the known name with the fewest typing slips from name, "" when
// even that one is further than a third of its letters. Ties go to the first in
// alphabetical order, so that a message never depends on the order of a map.
func closest(name string, known []string) string {
	best, bestDistance := "", 0
	for _, k := range slices.Sorted(slices.Values(known)) {
		d := distance(strings.ToLower(name), strings.ToLower(k))
		if d > max(1, len([]rune(k))/3) {
			continue
		}
		if best == "" || d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// distance counts the slips between two words: a letter too many, missing or
// wrong, or two neighbours swapped (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			wrong := 1
			if x[i-1] == y[j-1] {
				wrong = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+wrong)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(x)][len(y)]
}
