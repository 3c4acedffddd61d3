// Package generator makes groups as a customer has them: fifty findings of twenty
// vulnerabilities each, unless told otherwise, with real CVSS vectors, locations
// that look like real ones and dates over two years.
//
// Its guarantee: the same options give the same items, byte for byte, on every
// machine; another seed gives another group. Every item could stand in the table:
// keys follow from attributes, scores from vectors, history from entries.
//
// Start with [Group]. weaknesses.go holds what findings are about, locations.go
// where they are found, vulnerability.go how often what occurs.
package generator
