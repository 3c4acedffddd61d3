package scenario

import "slices"

// steps reads a list of steps. Only a fixture may be empty, on purpose: items: [].
func (r *reader) steps(e entry, p place) []Step {
	items, ok := r.items(e.value, e.at, e.name())
	if ok && len(items) == 0 && p != fixtureItems {
		hint := "a scenario changes something: name a mutation or a raw write"
		if p == fixtureOverride {
			hint = "leave the key out"
		}
		r.wrong(e.at, hint, "%s is empty", e.name())
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
	verbs, own := r.vocab.words(p)
	if slices.Contains(own, e.key) {
		return r.ownStep(e)
	}
	if verb, ok := find(verbs, e.key); ok {
		before := len(r.mistakes)
		args, text := r.args(verb, e)
		return Step{Pos: e.keyAt, Verb: e.key, Args: args, Text: text}, len(r.mistakes) == before
	}
	r.unknownVerb(e, p, append(names(verbs), own...))
	return Step{}, false
}

// ownStep reads a step that begins with a word of this package.
func (r *reader) ownStep(e entry) (Step, bool) {
	switch e.key {
	case verbPut, verbUpdate, verbDelete:
		write, text, ok := r.write(e)
		return Step{Pos: e.keyAt, Verb: e.key, Writes: []Write{write}, Text: text}, ok
	case verbTransact:
		return r.writes(e, transaction, "a transaction", maxTransaction)
	case verbBatch:
		return r.writes(e, batchWrites, "a batch", maxBatch)
	case verbTogether:
		return r.group(e, togetherSteps, 2)
	case verbBacklog:
		return r.group(e, backlogSteps, 1)
	default:
		return r.control(e)
	}
}

// writes reads the list of a transact or a batch, which what names.
func (r *reader) writes(e entry, p place, what string, most int) (Step, bool) {
	items, ok := r.items(e.value, e.at, e.name())
	if !ok {
		return Step{}, false
	}
	if len(items) == 0 || len(items) > most {
		r.wrong(e.at, "", "%s holds 1 to %d writes, not %d", what, most, len(items))
		return Step{}, false
	}
	step := Step{Pos: e.keyAt, Verb: e.key}
	texts := make([]string, 0, len(items))
	for _, item := range items {
		inner, good := r.step(item, p)
		ok = ok && good
		step.Writes = append(step.Writes, inner.Writes...)
		texts = append(texts, inner.Text)
	}
	step.Text = listText(e.key, texts)
	return step, ok && !r.writtenTwice(step.Writes, items, what)
}

// group reads together or backlog, which hold at least so many steps.
func (r *reader) group(e entry, p place, least int) (Step, bool) {
	before := len(r.mistakes)
	if items, ok := r.items(e.value, e.at, e.name()); ok && len(items) < least {
		r.wrong(e.at, groupHint(p), "%s holds at least %d %s, not %d", e.key, least, plural(least, "step"), len(items))
	}
	if len(r.mistakes) > before {
		return Step{}, false
	}
	step := Step{Pos: e.keyAt, Verb: e.key, Steps: r.steps(e, p)}
	texts := make([]string, len(step.Steps))
	for i, inner := range step.Steps {
		texts[i] = inner.Text
	}
	step.Text = listText(e.key, texts)
	return step, len(r.mistakes) == before
}

func groupHint(p place) string {
	if p == togetherSteps {
		return "name the writers that run at once; one alone is a step without together"
	}
	return "name what happens before anything is delivered"
}
