// Package snapshot compares what a scenario shows in the end with what it showed
// when somebody last looked and agreed.
//
// Its guarantees: equal values give equal bytes and different values different
// bytes, whatever their types; and no crash leaves a torn file.
//
// Start at [Document.Render] for the text and at [Store.Compare] for its life.
//
// # Text
//
//	# stillwater snapshot 1
//	# scenario: vulnerabilities/close_one
//
//	indicators FIN#f1
//	  max_open_severity_score: 9.8
//	  oldest_vulnerability_report_date: "2024-01-01T00:00:00+00:00"
//	  treatment_summary:
//	    accepted: 0
//
// The header names the version of this grammar and the scenario, never a date or a
// computer. A section has a heading (view and label) and, indented, its value:
//
//   - S is a JSON string; characters that nobody could see are escaped, and what is
//     not UTF-8 is !S and base64;
//   - N is the text of the number, untouched: 1.50 is not 1.5;
//   - BOOL is true or false, NULL is null, a value that is not there is absent;
//   - M is a line per key, sorted; a key of other than plain characters is quoted;
//     an empty one is {};
//   - L is "- " per element, aligned as in YAML; an empty one is [];
//   - SS, NS, BS are !SS ["a", "b"], sorted, numbers by value;
//   - B is !B and base64;
//   - what DynamoDB never returns still has a form: !N "x", !NULL false, !unknown.
//
// What was observed before the end stands first, in the order of the scenario, under
// the name of its moment; then the end has a name too:
//
//	== before the reattack ==
//
//	indicators FIN#f1
//	  status: "VULNERABLE"
//
//	== end ==
//
// A third line "# seen on: memory only" says that the text was accepted from a run
// on an engine that does not decide, and that none that does has confirmed it yet.
// It is no difference; a match where it does not belong takes it out.
//
// Lines end in LF on every system; a checkout that made them CRLF still matches.
//
// # Life
//
// A comparison matches, or the snapshot is changed or missing (a file with
// merge-conflict markers is missing). Then the new text waits in [Store.Pending]
// until [Store.Accept] or [Store.Reject]; running again replaces it, and a match
// removes it. [Store.Obsolete] lists files nobody refers to. [Store.Update] accepts
// at once; [Store.ReadOnly] is for CI, where nothing is accepted.
//
// cupaloy compares, as SnapshotWithName with everything that writes turned off;
// every write is by this package: temporary file, fsync, rename, fsync of the folder.
//
// What differs from run to run is replaced by identity, see [Scrubber]; the header
// names the scrubbers that found something.
//
// The header has no hash of the content. An edit by hand is found by the next run,
// which compares the whole text, and a hash would make a conflict of every merge
// that version control can make by itself.
package snapshot
