package engine

// Check is something that an engine needs of this computer, looked at.
type Check struct {
	Name string `json:"name"` // in a word: "image"
	OK   bool   `json:"ok"`
	// Found is what there is, in a few words.
	Found string `json:"found"`
	// Do is what to do about it; "" if nothing has to be done.
	Do string `json:"do,omitempty"`
}
