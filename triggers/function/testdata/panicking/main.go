// Command panicking is a trigger that panics: in its first invocation, or, if PANIC
// is "start", before it serves any.
package main

import (
	"os"

	"github.com/stillwater-streams/stillwater/triggers/function"
)

func main() {
	function.Main("panicking", func(function.Environment) (any, error) {
		if os.Getenv("PANIC") == "start" {
			panic("broken")
		}
		return func() { panic("broken") }, nil
	})
}
