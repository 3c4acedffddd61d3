package harness

import (
	"embed"
	"io/fs"
)

//go:embed doc.go */doc.go engine/*/doc.go scenario/control.go
var docs embed.FS

// Docs holds the documentation of the packages below this one, as in their source:
// doc.go of each, by its folder, and the controls of scenarios in
// scenario/control.go. stillwater help prints it.
func Docs() fs.FS { return docs }
