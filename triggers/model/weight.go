package model

// tabulated returns the weight of a score with at most one decimal, which are all
// that CVSS gives. The power itself costs some 50 µs, and a finding with many
// vulnerabilities would take it for each distinct score, every time. The test
// holds every row to exact arithmetic.
func tabulated(s Score) (weight Decimal, ok bool) {
	tenths := tenthsOf(s.text)
	weights := [...]string{
		"0.004", "0.004", "0.005", "0.006", "0.007", "0.008", "0.009", "0.01", "0.012", "0.014", // 0.0 to 0.9
		"0.016", "0.018", "0.021", "0.024", "0.027", "0.031", "0.036", "0.041", "0.047", "0.054", // 1.0 to 1.9
		"0.062", "0.072", "0.082", "0.095", "0.109", "0.125", "0.144", "0.165", "0.189", "0.218", // 2.0 to 2.9
		"0.25", "0.287", "0.33", "0.379", "0.435", "0.5", "0.574", "0.66", "0.758", "0.871", // 3.0 to 3.9
		"1", "1.149", "1.32", "1.516", "1.741", "2", "2.297", "2.639", "3.031", "3.482", // 4.0 to 4.9
		"4", "4.595", "5.278", "6.063", "6.964", "8", "9.19", "10.556", "12.126", "13.929", // 5.0 to 5.9
		"16", "18.379", "21.112", "24.251", "27.858", "32", "36.758", "42.224", "48.503", "55.715", // 6.0 to 6.9
		"64", "73.517", "84.449", "97.006", "111.43", "128", "147.033", "168.897", "194.012", "222.861", // 7.0 to 7.9
		"256", "294.067", "337.794", "388.023", "445.722", "512", "588.134", "675.588", "776.047", "891.444", // 8.0 to 8.9
		"1024", "1176.267", "1351.176", "1552.094", "1782.888", "2048", "2352.534", "2702.352", "3104.188", "3565.775", // 9.0 to 9.9
		"4096", // 10.0
	}
	if tenths < 0 || tenths >= len(weights) {
		return Decimal{}, false
	}
	return Decimal{text: weights[tenths]}, true
}

// tenthsOf returns 73 for "7.3", 0 for "" (absent), and -1 for a canonical number
// of another form.
func tenthsOf(canonical string) int {
	switch {
	case canonical == "":
		return 0
	case canonical == "10":
		return 100
	case len(canonical) == 1:
		return 10 * int(canonical[0]-'0')
	case len(canonical) == 3 && canonical[1] == '.':
		return 10*int(canonical[0]-'0') + int(canonical[2]-'0')
	}
	return -1
}
