// Package scenario reads scenario and fixture files: strict YAML in, plain Go
// values out.
//
// Its guarantee: a file either means exactly what it says, or it does not load
// at all, and then every mistake of every file is reported at once, each with
// file:line:col, the line itself, a caret and what to do about it. Nothing is
// ignored, guessed or rounded: an unknown key, a key twice, a misspelt verb or
// fixture, a number whose text DynamoDB would not keep are all mistakes.
//
// Start with [LoadAll], or with [Load] for one file. What a step may be called
// and what arguments it takes comes from a [Vocabulary], so the package knows no
// domain.
//
// # A scenario
//
//	title: closing one of two open vulnerabilities lowers the counts
//	fixture: one_group                # fixtures/one_group.yaml
//	start: 2024-09-19T10:00:00Z       # the virtual clock at the first step
//	steps:
//	  - close_vulnerabilities: {vulnerabilities: [v1]}
//	  - put: {item: {pk: VULN#v9, sk: FIN#f1, score: 1.50}}
//	  - update: {key: {pk: VULN#v9, sk: FIN#f1}, set: {state.status: SAFE}, remove: [treatment]}
//	  - delete: {key: {pk: VULN#v9, sk: FIN#f1}}
//	  - transact: [put: {item: {pk: a, sk: b}}, delete: {key: {pk: c, sk: d}}]
//	observe: [indicators]             # left out = every view
//
// title and observe may be left out, the other keys may not. The name of a
// scenario is its path below scenarios/ without .yaml; two names that differ in
// case only, or two equal titles, are a mistake.
//
// # A fixture
//
//	items:
//	  - group: {name: unittesting, organization: o1}     # a seed of the vocabulary
//	  - put: {item: {pk: VULN#v9, sk: FIN#f1}}
//
// A fixture that no scenario names is a mistake too.
//
// # Values of raw writes
//
// A plain or quoted text is an S, a plain decimal (-1.50, 12) an N with its text
// kept, true and false a BOOL, null a NULL, a list an L and a mapping an M. The
// tags !S, !N, !B (base64), !SS, !NS and !BS say the type outright. Numbers in
// other notations (0x10, 1_000, 1e5, .5, 017) are refused, because the text
// that would reach the table is not the text in the file.
//
// # Arguments of verbs
//
// The arguments of a verb are the yaml tags of the struct its New returns: every
// field must be given unless its tag says omitempty. See [Verb] for the types a
// field may have.
package scenario
