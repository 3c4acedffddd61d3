package filter_test

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/consumer/filter"
)

func ExampleFilter_Match() {
	f, err := filter.Parse([]string{
		`{"eventName": ["REMOVE"]}`,
		`{"dynamodb": {"NewImage": {"state": {"S": [{"anything-but": ["open", "draft"]}]}}}}`,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, record := range []string{
		`{"eventName": "MODIFY", "dynamodb": {"NewImage": {"state": {"S": "closed"}}}}`,
		`{"eventName": "MODIFY", "dynamodb": {"NewImage": {"state": {"S": "open"}}}}`,
		`{"eventName": "MODIFY", "dynamodb": {"NewImage": {"id": {"S": "no state"}}}}`,
		`{"eventName": "REMOVE", "dynamodb": {"OldImage": {"state": {"S": "open"}}}}`,
	} {
		matches, err := f.Match([]byte(record))
		fmt.Println(matches, err)
	}
	// Output:
	// true <nil>
	// false <nil>
	// false <nil>
	// true <nil>
}

func ExampleParse() {
	_, err := filter.Parse([]string{`{"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": [{"wildcard": "VULN#*"}]}}}}`})
	fmt.Println(err)
	// Output:
	// filters[0]: eventName: must be an array of what may match: write ["INSERT"]: Lambda answers "Invalid filter pattern definition."
	// filters[0]: dynamodb.Keys.pk.S: wildcard is EventBridge's, not Lambda's: write {"prefix": "…"} or {"suffix": "…"}, or look for the middle in the function: Lambda answers "Invalid filter pattern definition."
}

// A filter on a number is the commonest one that AWS accepts and that never
// matches.
func ExampleFilter_Advise() {
	f, err := filter.Parse([]string{`{"dynamodb": {"NewImage": {"Salary": {"N": [{"numeric": [">", 50000]}]}}}}`})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range f.Advise("NEW_AND_OLD_IMAGES") {
		fmt.Printf("%s: %s\n", a.Path, a.Message)
	}
	// Output:
	// dynamodb.NewImage.Salary.N: this never matches: numeric compares numbers, and here stands a text (L4): list the values that may match, as in ["100", "101"], or compare in the function
}
