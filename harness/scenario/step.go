package scenario

import "slices"

// place is where a list of steps stands: it decides which words may begin one.
type place int

const (
	scenarioSteps place = iota
	fixtureItems
	transaction
)

// verbs returns the words of the vocabulary and the raw writes of a place.
func (r *reader) words(p place) (verbs []Verb, raw []string) {
	switch p {
	case fixtureItems:
		return r.vocab.Seeds, []string{verbPut}
	case transaction:
		return nil, []string{verbPut, verbUpdate, verbDelete}
	default:
		return r.vocab.Mutations, []string{verbPut, verbUpdate, verbDelete, verbTransact}
	}
}

// steps reads a list of steps. Only a fixture may be empty, on purpose: items: [].
func (r *reader) steps(e entry, p place) []Step {
	items, ok := r.items(e.value, e.at, e.name())
	if ok && len(items) == 0 && p != fixtureItems {
		r.wrong(e.at, "a scenario changes something: name a mutation or a raw write", "%s is empty", e.name())
	}
	out := make([]Step, 0, len(items))
	for _, item := range items {
		if step, ok := r.step(item, p); ok {
			out = append(out, step)
		}
	}
	return out
}

// step reads one entry: a mapping with one key, the verb.
func (r *reader) step(item entry, p place) (Step, bool) {
	if classify(item.value) == kindText {
		// "- close_all" without arguments: take the text as the verb.
		return r.verb(entry{key: scalarText(item.value), keyAt: item.at, at: item.at}, p)
	}
	entries, ok := r.entries(item.value, item.at, "a step")
	if !ok {
		return Step{}, false
	}
	if len(entries) == 0 {
		r.wrong(item.at, "write - verb: {…}", "the step is empty")
		return Step{}, false
	}
	if len(entries) > 1 {
		r.wrong(entries[1].keyAt, "begin each step with \"- \"; put the arguments of "+entries[0].key+" in braces or indent them further",
			"a step has one verb; %q is a second one", entries[1].key)
		return Step{}, false
	}
	return r.verb(entries[0], p)
}

func (r *reader) verb(e entry, p place) (Step, bool) {
	verbs, raw := r.words(p)
	if slices.Contains(raw, e.key) {
		return r.rawStep(e)
	}
	if verb, ok := find(verbs, e.key); ok {
		before := len(r.mistakes)
		args, text := r.args(verb, e)
		return Step{Pos: e.keyAt, Verb: e.key, Args: args, Text: text}, len(r.mistakes) == before
	}
	r.unknownVerb(e, p, append(names(verbs), raw...))
	return Step{}, false
}

// unknownVerb tells a word in the wrong place from a word that does not exist.
func (r *reader) unknownVerb(e entry, p place, known []string) {
	_, isMutation := find(r.vocab.Mutations, e.key)
	_, isSeed := find(r.vocab.Seeds, e.key)
	isRaw := slices.Contains([]string{verbPut, verbUpdate, verbDelete, verbTransact}, e.key)
	switch {
	case p == transaction && (isMutation || isSeed || isRaw):
		r.wrong(e.keyAt, "a transaction holds put, update and delete", "%q cannot stand in a transaction", e.key)
	case p == fixtureItems && (isMutation || isRaw):
		r.wrong(e.keyAt, "a fixture holds seeds and put; a change belongs in the steps of a scenario", "%q cannot stand in a fixture", e.key)
	case p == scenarioSteps && isSeed:
		r.wrong(e.keyAt, "it belongs in the items of a fixture; here use a mutation or put", "%q is a seed", e.key)
	default:
		r.wrong(e.keyAt, suggest(e.key, known, "verbs"), "unknown verb %q", e.key)
	}
}

// rawStep reads put, update, delete or transact.
func (r *reader) rawStep(e entry) (Step, bool) {
	step := Step{Pos: e.keyAt, Verb: e.key}
	if e.key != verbTransact {
		write, text, ok := r.write(e)
		step.Writes, step.Text = []Write{write}, text
		return step, ok
	}
	items, ok := r.items(e.value, e.at, e.name())
	if !ok {
		return Step{}, false
	}
	if len(items) == 0 || len(items) > maxTransaction {
		r.wrong(e.at, "", "a transaction holds 1 to %d writes, not %d", maxTransaction, len(items))
		return Step{}, false
	}
	texts := make([]string, 0, len(items))
	for _, item := range items {
		inner, good := r.step(item, transaction)
		ok = ok && good
		step.Writes = append(step.Writes, inner.Writes...)
		texts = append(texts, inner.Text)
	}
	step.Text = transactText(texts)
	return step, ok && !r.twiceInTransaction(step.Writes, items)
}
