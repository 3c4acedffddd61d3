package scenario

import "slices"

// Word is a word that every project has at the beginning of a step, whatever its
// domain: raw writes, groups and controls.
type Word struct {
	// Name is what the YAML says.
	Name string
	// Doc is one sentence for help texts.
	Doc string
	// Example is a step that begins with it, as in a file: "advance: 2h".
	Example string
}

// Words lists them in the order in which to explain them.
func Words() []Word {
	out := []Word{
		{verbPut, "Writes a whole item.", "put: {item: {pk: VULN#v9, sk: FIN#f1, score: 1.50}}"},
		{verbUpdate, "Changes some attributes of an item.", "update: {key: {pk: VULN#v9, sk: FIN#f1}, set: {state.status: SAFE}, remove: [treatment]}"},
		{verbDelete, "Deletes an item.", "delete: {key: {pk: VULN#v9, sk: FIN#f1}}"},
		{verbTransact, "Makes up to 100 writes in one transaction.", "transact: [put: {item: {pk: a, sk: b}}, delete: {key: {pk: c, sk: d}}]"},
		{verbBatch, "Makes up to 25 puts and deletes in one BatchWriteItem.", "batch: [put: {item: {pk: a, sk: b}}, delete: {key: {pk: c, sk: d}}]"},
		{verbTogether, "Runs its mutations and raw writes at once, call by call in an order given by the seed.", "together: [close: {id: v1}, reopen: {id: v2}]"},
		{verbBacklog, "Runs its steps one after another and delivers nothing before its end, or a settle in it.", "backlog: [close: {id: v1}, kill, reopen: {id: v1}]"},
	}
	for _, c := range controlWords() {
		out = append(out, c.Word)
	}
	return out
}

// controlWord is a word that makes a Control.
type controlWord struct {
	Word
	// args is a new struct of the arguments; nil for a word that takes one value.
	args func() any
	// value is the schema of that one value.
	value func() node
	// read makes the control and returns what was given, for the text of the step.
	read func(r *reader, e entry) (Control, []entry)
}

// controlWords is every control: one line each.
func controlWords() []controlWord {
	return slices.Concat(timeWords(), faultWords(), engineWords(), []controlWord{expectWord()})
}

func controlNames() []string {
	words := controlWords()
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.Name
	}
	return out
}

// control reads a step that is a control.
func (r *reader) control(e entry) (Step, bool) {
	before := len(r.mistakes)
	words := controlWords()
	word := words[slices.IndexFunc(words, func(w controlWord) bool { return w.Name == e.key })]
	if slices.Contains(Needs(), e.key) {
		r.seen.needs = append(r.seen.needs, e)
	}
	control, given := word.read(r, e)
	step := Step{Pos: e.keyAt, Verb: e.key, Control: control, Text: verbText(e.key, given)}
	return step, len(r.mistakes) == before
}

// withArguments makes a word whose arguments are the yaml tags of A, as those of a
// [Verb] are.
func withArguments[A any](word Word, build func(r *reader, e entry, args A) Control) controlWord {
	return controlWord{
		Word: word,
		args: func() any { return new(A) },
		read: func(r *reader, e entry) (Control, []entry) {
			before := len(r.mistakes)
			args := new(A)
			given := r.fill(word.Name, e, args)
			if len(r.mistakes) > before {
				return nil, nil // what arguments mean together is for right ones
			}
			return build(r, e, *args), given
		},
	}
}

// withValue makes a word that takes one value.
func withValue(word Word, value func() node, build func(r *reader, e entry) Control) controlWord {
	return controlWord{Word: word, value: value, read: func(r *reader, e entry) (Control, []entry) {
		if absent(e.value) {
			r.wrong(e.keyAt, "write it as "+word.Example, "%s lacks its value", word.Name)
			return nil, nil
		}
		return build(r, e), []entry{e}
	}}
}
