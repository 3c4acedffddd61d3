package triggers

import _ "embed" // for triggers.json

// A string, so that nobody can change it.
//
//go:embed triggers.json
var config string

// Config returns triggers.json: one entry per trigger with the parameters of its
// event source mapping. The package consumer/mapping parses it.
func Config() []byte { return []byte(config) }
