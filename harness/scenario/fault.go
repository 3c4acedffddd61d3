package scenario

import "slices"

// faultWords make a trigger or the consumer go wrong.
func faultWords() []controlWord {
	type fail struct {
		Trigger triggerName `yaml:"trigger"`
		Times   count       `yaml:"times,omitempty"`
		After   moment      `yaml:"after,omitempty"`
	}
	type times struct {
		Trigger triggerName `yaml:"trigger"`
		Times   count       `yaml:"times,omitempty"`
	}
	type failCall struct {
		Trigger   triggerName  `yaml:"trigger"`
		Operation operation    `yaml:"operation,omitempty"`
		Error     serviceError `yaml:"error"`
		Times     count        `yaml:"times,omitempty"`
	}
	type timeOut struct {
		Trigger triggerName `yaml:"trigger"`
		Call    count       `yaml:"call"`
	}
	type kill struct {
		After triggerName `yaml:"after,omitempty"`
	}
	return []controlWord{
		withArguments(Word{"fail", "Makes the next invocations of a trigger fail, before the handler or (after: writes) after it.", "fail: {trigger: indicators, times: 2}"},
			func(_ *reader, _ entry, a fail) Control {
				return Fail{Trigger: string(a.Trigger), Times: a.Times.orOne(), AfterWrites: a.After != ""}
			}),
		withArguments(Word{"throttle", "Refuses the next invocations of a trigger for want of concurrency.", "throttle: {trigger: indicators, times: 3}"},
			func(_ *reader, _ entry, a times) Control {
				return Throttle{Trigger: string(a.Trigger), Times: a.Times.orOne()}
			}),
		withArguments(Word{"fail_call", "Answers the next AWS calls of a trigger with an error, or its HTTP requests with a status, without making them.", "fail_call: {trigger: indicators, operation: UpdateItem, error: ThrottlingException}"},
			func(r *reader, e entry, a failCall) Control {
				if a.Operation != "" && a.Error != "" && a.Operation.isHTTP() != a.Error.isHTTP() {
					r.wrong(e.at, "error: 503 for an HTTP request, error: ThrottlingException for an AWS call", "%s cannot end with %s", a.Operation, a.Error)
				}
				return FailCall{Trigger: string(a.Trigger), Operation: string(a.Operation), Error: string(a.Error), Times: a.Times.orOne()}
			}),
		withArguments(Word{"time_out", "Ends the next invocation of a trigger by its timeout at one of its AWS calls.", "time_out: {trigger: indicators, call: 2}"},
			func(_ *reader, _ entry, a timeOut) Control {
				return TimeOut{Trigger: string(a.Trigger), Call: a.Call.orOne()}
			}),
		withArguments(Word{"kill", "Kills the consumer and starts it again, here or after the next invocation of a trigger.", "kill: {after: indicators}"},
			func(_ *reader, _ entry, a kill) Control { return Kill{Trigger: string(a.After)} }),
		withArguments(Word{"deliver_again", "Hands the next batches of a trigger out once more after they succeeded.", "deliver_again: {trigger: indicators}"},
			func(_ *reader, _ entry, a times) Control {
				return DeliverAgain{Trigger: string(a.Trigger), Times: a.Times.orOne()}
			}),
	}
}

// engineWords are what the service does to items and streams by itself. Those that
// not every engine can do must be among the needs of the scenario.
func engineWords() []controlWord {
	type expire struct {
		Table tableName   `yaml:"table,omitempty"`
		Key   keyArgument `yaml:"key"`
	}
	type shards struct {
		Table tableName `yaml:"table,omitempty"`
	}
	type stale struct {
		Times count `yaml:"times,omitempty"`
	}
	change := func(word Word) controlWord {
		return withArguments(word, func(r *reader, e entry, a shards) Control {
			return ShardChange{Kind: e.key, Table: r.tableOf(e, a.Table)}
		})
	}
	return []controlWord{
		withArguments(Word{"expire", "Lets the time to live of an item pass.", "expire: {key: {pk: VULN#v1, sk: FIN#f1}}"},
			func(r *reader, e entry, a expire) Control {
				table := r.tableOf(e, a.Table)
				key, _ := r.key(a.Key.entry, table)
				return Expire{Table: table, Key: key}
			}),
		change(Word{"split", "Splits the open shard of a table's stream.", "split: {table: integrates_vms}"}),
		change(Word{"close_shard", "Closes the open shard of a table's stream; the next write opens its child.", "close_shard: {table: integrates_vms}"}),
		change(Word{"trim", "Trims the oldest records of a table's stream, as after 24 hours.", "trim: {table: integrates_vms}"}),
		change(Word{"expire_iterators", "Lets every shard iterator of a table's stream expire.", "expire_iterators: {table: integrates_vms}"}),
		withArguments(Word{"stale_reads", "Lets the next eventually consistent reads miss the last write.", "stale_reads: {times: 1}"},
			func(_ *reader, _ entry, a stale) Control { return StaleReads{Times: a.Times.orOne()} }),
	}
}

// triggerName is an argument that names a trigger of the vocabulary.
type triggerName string

func (t *triggerName) read(r *reader, e entry) {
	name := r.text(e)
	if name == "" {
		return
	}
	if !slices.Contains(r.vocab.Triggers, name) {
		r.wrong(e.at, suggest(name, r.vocab.Triggers, "triggers"), "unknown trigger %q", name)
		return
	}
	*t = triggerName(name)
	r.seen.triggers = append(r.seen.triggers, entry{key: name, keyAt: e.at, value: e.value, at: e.at})
}

// count is how often something happens: at least once. 0 stands for "not given".
type count int

func (c *count) read(r *reader, e entry) {
	n, ok := r.integer(e)
	if ok && n < 1 {
		r.wrong(e.at, "", "%s must be at least 1, not %d", e.name(), n)
	}
	*c = count(n)
}

func (c count) orOne() int { return max(int(c), 1) }

// moment is when an invocation fails.
type moment string

// Choices has only what the default is not.
func (moment) Choices() []string { return []string{"writes"} }

// tableName is an argument that names a table of the vocabulary.
type tableName string

func (t *tableName) read(r *reader, e entry) {
	name := r.text(e)
	if name != "" && !slices.Contains(r.vocab.Tables, name) {
		r.wrong(e.at, suggest(name, r.vocab.Tables, "tables"), "unknown table %q", name)
	}
	*t = tableName(name)
}

// keyArgument is an argument that is a primary key; of which table is known only
// when all arguments are.
type keyArgument struct{ entry }

func (k *keyArgument) read(_ *reader, e entry) { k.entry = e }
