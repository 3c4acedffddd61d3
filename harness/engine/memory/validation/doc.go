// Package validation is the answer of DynamoDB to a request that it refuses.
//
// The guarantee: an error made here looks to errors.As exactly as the one that
// the SDK makes of the service's ValidationException, text included. A handler
// cannot tell the memory engine from the service by its refusals.
//
// Start at [Errorf].
package validation
