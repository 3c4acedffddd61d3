// Package item holds items as DynamoDB stores them: maps of attribute values in
// the types of the AWS SDK.
//
// [Normal] checks what a client sends and gives it the form in which it is
// stored and returned: numbers in normal form, sets sorted. All else here wants
// that form: [Equal], [Compare], [Size], the set operations, and the checks of a
// [Schema].
//
// The guarantee: no function changes a value that it was given. Values are
// shared freely between items, versions of items and copies of tables, which is
// what makes cloning a table cheap. Callers of an engine make no such promise:
// what they hand in or get back is copied by [Clone].
//
// Messages are worded as the service words them (doc.go of package validation).
// Where DynamoDB Local has other words, differences_test.go of package
// expression lists both.
//
// Start at [Normal].
package item
