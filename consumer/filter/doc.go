// Package filter holds the filter patterns of Lambda's event source mappings
// for DynamoDB streams: it parses them, says which records match, and gives
// advice about patterns that are legal and cannot work.
//
// The guarantee: a pattern that Lambda refuses is refused here, with every
// mistake of every pattern at once, each with its place and with what to write
// instead; and a record that passes here passes in Lambda, as far as the sources
// below know.
//
//	{"eventName": ["INSERT", "MODIFY"],
//	 "dynamodb": {"NewImage": {"state": {"S": [{"anything-but": ["closed"]}]}}}}
//
// # Grammar
//
// A pattern is a JSON object that looks like a record. Its keys are and, the
// values in an array are or, and several patterns of a mapping are or (L1). An
// element of an array is one of
//
//	"text"  5  true  false  null       that value: texts byte by byte, numbers by
//	                                   value (1.0 is 1, exactly, at any size)
//	{"prefix": "a"}  {"suffix": "a"}   a text that begins or ends so
//	{"equals-ignore-case": "a"}        a text, in any letters
//	{"anything-but": "a"}              any value but that, of any kind, null too;
//	{"anything-but": ["a", "b"]}       but something must be there. Texts only, or
//	                                   numbers only
//	{"numeric": [">", 0, "<=", 5]}     a number, compared with =, <, <=, >, >=; a
//	                                   range is a lower and then an upper bound
//	{"exists": true}                   a value at a leaf, null too
//	{"exists": false}                  no value there
//
// and "$or": [{…}, {…}] stands beside keys: one of its objects must hold, and all
// the keys beside it. What else EventBridge knows (wildcard, cidr, anything-but
// of a prefix and the like) is refused: Lambda's table does not have it.
//
// # What matches
//
// Marks as in the Lambda reference: rec = recordings of AWS, doc = documentation,
// src = the source of github.com/aws/event-ruler, the library under EventBridge
// (2.1.0, with which 200,000 random pairs of pattern and record were compared). That
// Lambda runs the same library is inferred from its recordings, which all agree.
//
//   - A path that is given twice counts as it was given last (L3); objects that
//     are given twice are merged, path by path, src. The same holds for a key
//     inside and beside an $or: the last in the text wins where both would apply,
//     src.
//   - N is a text, so numeric never matches it, nor does a number (L4, rec).
//     ApproximateCreationDateTime and SizeBytes are numbers (L6, rec).
//   - Without its type descriptor an attribute matches nothing (L5, rec).
//   - Any key of the record can be filtered on, not only dynamodb (L7, rec).
//   - exists looks at leaves. Where the record has an object, or an empty array,
//     exists true never matches (rec of EventBridge) and exists false always does
//     (L8, rec).
//   - null matches a JSON null only; what is absent is not null (rec of
//     EventBridge).
//   - Where the record has an array, as behind SS, NS, BS and L, each element
//     counts as the value, and one that matches is enough (doc of EventBridge).
//     Arrays leave no trace in a path: {"L": {"S": ["x"]}} looks at all elements
//     of the list. Keys that reach into one array must all hold for the same
//     element, src. {"exists": false} inside an array is true where no element has
//     the key; only keys that come earlier in the alphabet, at the same place,
//     narrow it to the elements that they matched, src.
//   - A key with points in it is read as a path, in pattern and record alike (rec
//     of EventBridge; event-ruler calls it subject to change).
//   - equals-ignore-case folds letter by letter, as strings.EqualFold.
//
// Refused as by AWS: what is not a JSON object (rec), a value without array (rec),
// an empty array (rec), an empty object, an array in an array, two operators in
// one object, an $or of fewer than two objects (all src), and a pattern of more
// than 4096 characters (doc), counted here without its spaces. An $or with more
// than 1000 combinations is refused as well; that number is ours.
//
// # Differences from Lambda
//
//   - event-ruler overlooks an {"exists": false} in some $or whose objects share a
//     key (6 of the 200,000 pairs); here it counts as written.
//   - event-ruler takes two spellings of one IP address for equal; here texts are
//     texts.
//   - event-ruler compares numbers as float64 and refuses in operators those that
//     have no exact one; here every number is exact.
//
// Start with [Parse]; then [Filter.Match] for each record, and [Filter.Advise]
// once, where a user can read it.
package filter
