package consumer

import (
	"embed"
	"io/fs"
)

//go:embed doc.go */doc.go
var docs embed.FS

// Docs holds the documentation of this package and of those below it, as in their
// source: doc.go of each, by its folder.
func Docs() fs.FS { return docs }
