package scenario_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/stillwater-streams/stillwater/harness/scenario"
)

// A team names its verbs; the package then holds the files to them.
func ExampleLoadAll() {
	root, err := os.MkdirTemp("", "scenarios")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)
	write := func(file, text string) {
		file = filepath.Join(root, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
	write("fixtures/a_house.yaml", "items:\n  - put: {item: {pk: DOOR#front, sk: HOUSE#1}}\n")
	write("scenarios/the_front_door_opens.yaml", `fixture: a_house
start: 2024-09-19T10:00:00Z
steps:
  - open_door: {dor: front}
`)

	type openDoor struct {
		Door string `yaml:"door"`
	}
	_, err = scenario.LoadAll(root, scenario.Vocabulary{
		Mutations: []scenario.Verb{{Name: "open_door", Doc: "Opens a door.", New: func() any { return new(openDoor) }}},
		Views:     []string{"doors"},
		Tables:    []string{"house"},
	})
	fmt.Println(err)
	// Output:
	// scenarios/the_front_door_opens.yaml:4:17: open_door takes no argument "dor"
	//       - open_door: {dor: front}
	//                     ^
	//   did you mean door?
}

// Format lays a file out as all of them are.
func ExampleFormat() {
	out, err := scenario.Format("a.yaml", []byte(`
fixture:   {use: [ a_house ],items: []}
steps:
- open_door: {door: front,
              by: [ann,bob]}   # both at once
# the end
`))
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// fixture: {use: [a_house], items: []}
	// steps:
	//   - open_door:
	//       door: front
	//       by: [ann, bob] # both at once
	// # the end
	// <nil>
}
