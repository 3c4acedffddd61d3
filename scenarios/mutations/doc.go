// Package mutations holds the named changes of the domain integrates, as the
// application makes them: the same API calls in the same order.
//
// Its guarantee: one logical change is the two or three separate, conditional
// writes and the history items that reference/domain.md section 3 lists, never a
// transaction, so that a trigger sees the intermediate states it will see in
// production. A change whose requirement does not hold writes nothing and says
// which vulnerability stands in the way: "v3: state is SAFE, must be VULNERABLE".
//
// Start with [All] and [Seeds]: one mutation is one file of its own name. What
// they share: read.go finds items, update.go makes conditional updates, and
// vulnerability.go and finding.go make an entry change with its history.
//
// Dates are the virtual time of the step. Where that would not be later than the
// entry's previous date they are one second after it: the date is the key of the
// history item and the condition of the next write.
package mutations
