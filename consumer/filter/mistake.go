package filter

import "fmt"

// Mistake is one thing wrong in a pattern. [Parse] returns all of a mapping's,
// joined, each of them findable with errors.As.
type Mistake struct {
	// Pattern says which pattern, from 0.
	Pattern int
	// Offset is where the offending token begins: bytes into the pattern's text.
	Offset int
	// Path is where it stands in the pattern: "dynamodb.NewImage.n.N". Empty for
	// the pattern itself.
	Path    string
	Message string
}

// refusal is how Lambda answers a create with a pattern that it does not take.
const refusal = "Invalid filter pattern definition."

func (m *Mistake) Error() string {
	where := fmt.Sprintf("pattern %d", m.Pattern)
	if m.Path != "" {
		where += ": " + m.Path
	}
	return fmt.Sprintf("%s: %s (Lambda: %s)", where, m.Message, refusal)
}
