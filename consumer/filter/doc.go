// Package filter holds Lambda's filter patterns for DynamoDB event source
// mappings: it parses them, matches records against them and gives advice about
// patterns that cannot work.
//
// Start with [Parse].
package filter
