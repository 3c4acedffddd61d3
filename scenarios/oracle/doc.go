// Package oracle computes the indicators of a finding a second time, as naively as
// can be: straight from the items, one loop, texts and floats, no model.
//
// Its guarantee is its independence: it shares no code with triggers/indicators and
// triggers/model, so that a mistake in one does not hide in the other. Where both
// agree on random histories, reference/domain.md section 2 was understood twice.
//
// It is slow and accepts only what it knows: an odd item is an error, not a guess.
// Start with [Indicators].
package oracle
