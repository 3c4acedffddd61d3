// Package scenarios is the acceptance suite of the worked domain, integrates:
// the YAML files beside this one, the named mutations in package mutations, and
// the project that ties them to the triggers.
//
// Its guarantee: every YAML file here is one spec, run against DynamoDB Local
// and held against the file of the same name under snapshots/. A snapshot shows
// the indicators of every finding, and that nothing else in the tables changed.
// Every mutation has a scenario of its own.
//
// Start with a YAML file; [Project] shows what another team would write for its
// own domain.
//
// # Pitfalls
//
// What a trigger that keeps counters by adding and removing one gets wrong, and
// where it shows:
//
//	1  treatments/starting_work_moves_a_vulnerability_to_in_progress
//	2  zero_risk/confirming_keeps_a_vulnerability_out_of_the_counts
//	2  zero_risk/edits_of_what_is_no_risk_change_no_indicator
//	3  vulnerabilities/lowering_the_top_severity_lowers_the_maximum
//	4  vulnerabilities/removing_the_worst_lowers_the_maximum
//	5  faults/an_insert_delivered_twice_counts_once
//	6  raw_writes/a_vulnerability_without_treatment_holds_nobody_up
//	7  findings/the_first_vulnerability_gets_whole_maps
//
// And whatever the method:
//
//	paging                             uploads/uploading_five_hundred_vulnerabilities_counts_them_all
//	paging                             uploads/closing_what_lies_on_the_second_page_is_seen
//	a vulnerability before its finding findings/a_vulnerability_that_came_before_its_finding_is_counted
//	a lock conflict with oneself       faults/two_changes_of_one_finding_in_one_batch_are_both_counted
//	a lock conflict with others        faults/a_refused_update_is_made_again_in_the_same_invocation
//	two computations at once           faults/ten_lanes_with_records_of_one_finding_come_to_the_same
//	a stale index                      raw_writes/an_index_that_lags_behind_is_corrected_by_the_batch
//	a swallowed error                  faults/an_error_of_a_read_is_made_up_for_by_the_retry
//	a swallowed error                  faults/an_error_of_the_write_is_made_up_for_by_the_retry
//	indicators written beside          raw_writes/what_somebody_else_writes_into_indicators_is_put_right
package scenarios
