package number

import (
	"fmt"

	"github.com/cockroachdb/apd/v3"
)

// Add returns a + b. All are in normal form. A sum that needs more than 38
// digits, or is beyond the range, is a ValidationException.
func Add(a, b string) (string, error) {
	return exactly(a, b, (*apd.Context).Add)
}

// Subtract returns a - b, as [Add].
func Subtract(a, b string) (string, error) {
	return exactly(a, b, (*apd.Context).Sub)
}

func exactly(a, b string, operation func(c *apd.Context, result, x, y *apd.Decimal) (apd.Condition, error)) (string, error) {
	context := apd.BaseContext.WithPrecision(maxDigits)
	var result apd.Decimal
	condition, err := operation(context, &result, decimalOf(a), decimalOf(b))
	if err != nil {
		panic(fmt.Sprintf("number: %s and %s: %v", a, b, err)) // both are finite and in range
	}
	if condition.Inexact() {
		// In the words of the service (test_number.py of ScyllaDB's Alternator,
		// run against it); DynamoDB Local says "DynamoDB only supports precision
		// up to 38 digits".
		return "", overflow()
	}
	return Normal(result.Text('f'))
}

func decimalOf(normal string) *apd.Decimal {
	d, _, err := apd.NewFromString(normal)
	if err != nil {
		panic(fmt.Sprintf("number: %q is not in normal form: %v", normal, err))
	}
	return d
}
