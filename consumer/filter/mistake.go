package filter

import "fmt"

// refusal is how Lambda answers the creation of a mapping with a pattern that
// it does not take (section 1 of the Lambda reference, rec).
const refusal = "Invalid filter pattern definition."

// Mistake is one thing wrong in a pattern. [Parse] returns all of a mapping's,
// joined.
type Mistake struct {
	// Pattern says which pattern, from 0.
	Pattern int
	// Offset is where the offending token begins: bytes into the pattern's text.
	Offset int
	// Path is where it stands in the pattern: "dynamodb.NewImage.n.N", and
	// "$or[1].eventName" inside an $or. It is empty for the pattern as a whole.
	Path string
	// Message says what is wrong and what to write instead.
	Message string
}

// Error ends with the words in which Lambda refuses the pattern.
func (m *Mistake) Error() string {
	where := fmt.Sprintf("filters[%d]", m.Pattern)
	if m.Path != "" {
		where += ": " + m.Path
	}
	return fmt.Sprintf("%s: %s: Lambda answers %q", where, m.Message, refusal)
}
