package filter

// Advice names what is legal and surely not meant, and what to write instead.
type Advice struct {
	// Pattern says which pattern, from 0.
	Pattern int
	// Path is where it stands in the pattern: "dynamodb.NewImage.n.N".
	Path    string
	Message string
}

// Advise names what in the patterns can never match, or is surely a mistake, on
// a stream of the view type ("NEW_AND_OLD_IMAGES"; empty = unknown).
func (f *Filter) Advise(viewType string) []Advice {
	return nil
}
