// Package expression is the language in which requests to DynamoDB speak about
// items: condition, filter, key condition, update and projection expressions,
// and the legacy parameters that say the same.
//
// [Compile] takes the parameters of a request and gives what they mean: a
// [Condition] to match items, an [Update] to apply, a [Projection], a
// [KeyCondition]. All of them are pure: they read items and make new ones, keep
// no state and may be used by many at once.
//
// The guarantee: what DynamoDB Local answers, they answer, to the letter of the
// error message. A differential test compares thousands of random requests; the
// differences that are left are listed in differences_test.go, each with its
// reason. Where the service is known to differ from DynamoDB Local, the service
// is followed.
//
// Inside, an expression goes through four steps, each in files of its own: the
// parser makes a tree (parser.go), check finds what is wrong in the text alone
// (check.go), bind adds names and values and finds what is wrong with them
// (bind.go), and then the tree is evaluated. DynamoDB reports mistakes in just
// this order.
//
// An interpreter that exists, truora/minidyn's, was read before this one was
// written: it holds numbers in 64-bit floats, parses anew for every item with
// neither limits nor positions, and words few mistakes as DynamoDB does. Nearly
// all of it would have had to change, so this one is ours.
//
// Start at [Request] and [Compile].
package expression
