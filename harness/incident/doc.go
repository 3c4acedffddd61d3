// Package incident turns the Lambda event of a production incident into a scenario:
// a fixture of what its items were before, and steps that write what the event says
// was written. Run, it gives the trigger such a batch again.
//
// Its guarantee: the records that the scenario causes have the kind, the keys and
// the images of the event's, in its order; and personal data is replaced, unless
// that is declined, each value by the same stand-in wherever it stands, so that what
// was equal stays equal and what was not does not become so.
//
// Start at [Import].
//
// # From records to steps
//
// The fixture has the old image of the first record of each item. Each record is
// then one raw write: put for INSERT and MODIFY, delete for REMOVE, expire for a
// REMOVE of the service's time to live. Several are a backlog, delivered in one batch
// as in the event, as far as the mapping's batch size and filters allow. Where the
// images of two records of an item do not join, what lay between is not in the event
// (another batch, a filter); a write in between brings the item to the old image, and
// says so in a comment.
//
// The clock starts at the first record's creation time, and waits for those of later
// records; it never runs backwards, and a minute passes after each write.
//
// Only the items of the event are there: whatever else a trigger reads has to be put
// into the fixture by hand.
//
// # Personal data
//
// Replaced everywhere, in keys, too: addresses of mail and of IP, telephone numbers
// with a country code, JSON web tokens, access keys of AWS; binary values. Replaced
// as a whole: what stands under a name that speaks of people, credentials or remarks
// (email, user, modified_by, phone, comment …), and text with a space in it. A value
// replaced as a whole is also replaced where it is a part of a key, between #, / and
// the like. Kept: dates, numbers, words in capitals (OPEN), and single words under
// other names. That is a guess about data that nobody described: [Result.Kept] lists
// the texts that stayed, to look through before the files are committed.
package incident
