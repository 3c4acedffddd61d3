// Package scenario reads scenario and fixture files: strict YAML in, plain Go
// values out.
//
// Its guarantee: a file either means exactly what it says, or it does not load
// at all, and then every mistake of every file is reported at once, each with
// file:line:col, the line itself, a caret and what to do about it. Nothing is
// ignored, guessed or rounded: an unknown key, a key twice, a misspelt verb or
// fixture, a number whose text DynamoDB would not keep are all mistakes.
//
// Start with [LoadAll], or with [Load] for one file and [Parse] for one that is not
// on disk. What a step may be called and what arguments it takes comes from a
// [Vocabulary], so the package knows no domain. [Format] lays files out, [Schema]
// tells editors about them, [Words] explains the words that every project has.
//
// # A scenario
//
//	title: closing one of two open vulnerabilities lowers the counts
//	fixture: one_group                # fixtures/one_group.yaml
//	start: 2024-09-19T10:00:00Z       # the virtual clock at the first step
//	steps:
//	  - close_vulnerabilities: {vulnerabilities: [v1]}
//	  - update: {key: {pk: VULN#v9, sk: FIN#f1}, set: {state.status: SAFE}, remove: [treatment]}
//	observe: [indicators, changes]    # left out = what the project says
//
// The keys are
//
//	title        one sentence; made from the name of the file when left out
//	fixture      what the tables hold before; required
//	start        the virtual time of the first step; required
//	steps        what happens; required
//	triggers     which triggers run: [indicators], or with parameters of their
//	             mappings as triggers.json spells them:
//	             {indicators: {batch_size: 1}, archive: {}}.
//	             Left out = every trigger that is enabled
//	needs        what not every engine can do: [split]. One that cannot skips the
//	             scenario
//	patience     how much virtual time a settling may take: 24h
//	cold_starts  true makes every invocation one
//	seed         an order of the calls that are made at the same time, 1 or more:
//	             invocations overlap then. A seed of the run comes before it
//	observe      the views to show
//
// The name of a scenario is its path below scenarios/ without .yaml; two names that
// differ in case only, or two equal titles, are a mistake.
//
// Views that every project has are items, changed_items (those that steps and
// triggers changed since the fixture), changes (a line for each of them: inserted,
// removed, or the attributes that differ), on_failure (what went to on-failure
// destinations), invocations, metrics (counts of Lambda's EventCount metrics) and
// requests (what triggers sent over HTTP since the fixture, and the answers).
//
// # Steps
//
// A step is a mutation of the project, a raw write, a group or a control. Raw
// writes name their table unless it is the only one, or the only one with a
// stream: put: {table: t, item: {…}}.
//
//	put: {item: {pk: VULN#v9, sk: FIN#f1, score: 1.50}}
//	update: {key: {pk: VULN#v9, sk: FIN#f1}, set: {state.status: SAFE}, remove: [treatment]}
//	delete: {key: {pk: VULN#v9, sk: FIN#f1}}
//	transact: [put: {item: {pk: a, sk: b}}, delete: {key: {pk: c, sk: d}}]
//	batch: [put: {item: {pk: a, sk: b}}, delete: {key: {pk: c, sk: d}}]
//
// Groups hold steps and do not nest. Those of together run at once, call by call,
// in an order given by the seed of the run; it holds at least two mutations or raw
// writes. Those of backlog run one after another, and nothing is delivered before
// its end or a settle in it; it holds mutations, raw writes and controls.
//
//	together: [close_vulnerabilities: {vulnerabilities: [v1]}, reopen_vulnerabilities: {vulnerabilities: [v2]}]
//	backlog: [close_vulnerabilities: {vulnerabilities: [v1]}, kill, settle, snapshot: after the kill]
//
// Controls move time, look, or make something go wrong. times is 1 when left out,
// table the only table (with a stream), view the only view of the project.
//
//	at: 2024-09-20T10:00:00Z                       the virtual clock moves there, never back
//	advance: 2h                                    the virtual clock moves on
//	settle                                         deliver and settle, inside a backlog
//	snapshot: before the reattack                  a part of the snapshot, named once
//	expect: {view: indicators, of: FIN#f1, path: max_open_severity_score, is: 9.8}
//	expect: {view: indicators, of: FIN#f1, path: newest_report_date, absent: true}
//	fail: {trigger: indicators, times: 2}          the next invocations fail, not called
//	fail: {trigger: indicators, after: writes}     the next one fails after it returned
//	throttle: {trigger: indicators, times: 3}      refused for want of concurrency
//	fail_call: {trigger: indicators, operation: UpdateItem, error: ThrottlingException}
//	                                               an AWS call is answered with an error;
//	                                               without operation, any call
//	fail_call: {trigger: webhook, error: 503}      an HTTP request is answered with a status,
//	                                               or with none: ConnectionRefused,
//	                                               ConnectionReset, Timeout
//	time_out: {trigger: indicators, call: 2}       its timeout ends it at its 2nd AWS call
//	kill                                           the consumer dies here and starts again
//	kill: {after: indicators}                      after its invocation, before the checkpoint
//	deliver_again: {trigger: indicators}           a batch that succeeded comes once more
//	expire: {key: {pk: VULN#v1, sk: FIN#f1}}       the time to live of an item passes
//	split: {table: t}                              its shard splits          needs: [split]
//	close_shard: {table: t}                        its shard closes          needs: [close_shard]
//	trim: {table: t}                               its oldest records go     needs: [trim]
//	expire_iterators: {table: t}                   as after 15 minutes       needs: [expire_iterators]
//	stale_reads: {times: 1}                        reads miss the last write needs: [stale_reads]
//
// A fault must name a trigger that runs in the scenario, and a step that not every
// engine can do must be among its needs.
//
// # A fixture
//
//	use: [one_group]                                     # other fixtures, first
//	items:
//	  - group: {name: unittesting, organization: o1}     # a seed of the vocabulary
//	  - put: {item: {pk: VULN#v9, sk: FIN#f1}}
//	override:                                            # changes to items that are there
//	  - update: {key: {pk: VULN#v1, sk: FIN#f1}, set: {state.status: SAFE}}
//	  - delete: {key: {pk: VULN#v2, sk: FIN#f1}}
//
// A scenario names one (fixture: one_group), several (fixture: [one_group, events])
// or writes it out (fixture: {use: [one_group], items: […], override: […]}; items:
// [] is an empty table). Fixtures that several others use are there once. Two
// entries that write the same item are a mistake, and so is a fixture that no
// scenario uses, not even through another; an override whose item is not there
// fails the run.
//
// # Values of raw writes
//
// A plain or quoted text is an S, a plain decimal (-1.50, 12) an N with its text
// kept, true and false a BOOL, null a NULL, a list an L and a mapping an M. The
// tags !S, !N, !B (base64), !SS, !NS and !BS say the type outright. !ddb before an
// item, a key, a set or a value takes DynamoDB JSON, as events and the CLI show it:
//
//	put: {item: !ddb {"pk": {"S": "VULN#v9"}, "sk": {"S": "FIN#f1"}, "score": {"N": "1.50"}}}
//
// Numbers in other notations (0x10, 1_000, 1e5, .5, 017) are refused, because the
// text that would reach the table is not the text in the file.
//
// # Arguments of verbs
//
// The arguments of a verb are the yaml tags of the struct its New returns: every
// field must be given unless its tag says omitempty. See [Verb] for the types a
// field may have.
package scenario
