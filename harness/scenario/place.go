package scenario

import "slices"

// place is where a list of steps stands: it decides which words may begin one.
type place int

const (
	scenarioSteps place = iota
	togetherSteps
	backlogSteps
	fixtureItems
	fixtureOverride
	transaction
	batchWrites
)

// words returns the verbs of the vocabulary and the words of this package that
// may begin a step at a place.
func (v Vocabulary) words(p place) (verbs []Verb, own []string) {
	writes := []string{verbPut, verbUpdate, verbDelete, verbTransact, verbBatch}
	switch p {
	case fixtureItems:
		return v.Seeds, []string{verbPut}
	case fixtureOverride:
		return nil, []string{verbUpdate, verbDelete}
	case transaction:
		return nil, []string{verbPut, verbUpdate, verbDelete}
	case batchWrites:
		return nil, []string{verbPut, verbDelete}
	case togetherSteps:
		return v.Mutations, writes
	case backlogSteps:
		return v.Mutations, slices.Concat(writes, controlNames())
	default:
		return v.Mutations, slices.Concat(writes, []string{verbTogether, verbBacklog}, controlNames())
	}
}

// taken tells what a word is that this package keeps for itself; "" for others.
func taken(word string) string {
	switch {
	case slices.Contains([]string{verbPut, verbUpdate, verbDelete, verbTransact, verbBatch}, word):
		return "raw write"
	case word == verbTogether || word == verbBacklog:
		return "group"
	case slices.Contains(controlNames(), word):
		return "control"
	}
	return ""
}

// unknownVerb tells a word in the wrong place from a word that does not exist.
func (r *reader) unknownVerb(e entry, p place, known []string) {
	_, isMutation := find(r.vocab.Mutations, e.key)
	_, isSeed := find(r.vocab.Seeds, e.key)
	if !isMutation && !isSeed && taken(e.key) == "" {
		hint := suggest(e.key, known, "verbs")
		if closest(e.key, known) == "" {
			// The controls would drown what the project has.
			known = slices.DeleteFunc(known, func(word string) bool { return taken(word) == "control" })
			hint = list(known, "verbs")
		}
		r.wrong(e.keyAt, hint, "unknown verb %q", e.key)
		return
	}
	switch p {
	case transaction:
		r.wrong(e.keyAt, "a transaction holds put, update and delete", "%q cannot stand in a transaction", e.key)
	case batchWrites:
		r.wrong(e.keyAt, "a batch holds put and delete: DynamoDB has no update in it", "%q cannot stand in a batch", e.key)
	case fixtureItems:
		r.wrong(e.keyAt, "items are seeds and put; a change of them belongs under override, or in the steps of a scenario", "%q cannot stand in a fixture", e.key)
	case fixtureOverride:
		r.wrong(e.keyAt, "override holds update and delete, of items that the fixture has", "%q cannot stand in override", e.key)
	case togetherSteps:
		r.wrong(e.keyAt, "together holds mutations and raw writes; what else is to happen stands before or after it", "%q cannot stand in together", e.key)
	case backlogSteps:
		r.wrong(e.keyAt, "a backlog holds mutations, raw writes and controls, but no groups and no seeds", "%q cannot stand in a backlog", e.key)
	default:
		r.wrong(e.keyAt, "it belongs in the items of a fixture; here use a mutation or put", "%q is a seed", e.key)
	}
}
