package scenario

import (
	"regexp"
	"slices"
)

// awsNameText is the form of the names of operations and errors of AWS. Compiled
// once, never changed.
var awsNameText = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)

// httpMethods are the operations that are HTTP requests.
func httpMethods() []string {
	return []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
}

// ConnectionFailures lists the ways in which an HTTP request of a [FailCall] may
// get no answer.
func ConnectionFailures() []string {
	return []string{"ConnectionRefused", "ConnectionReset", "Timeout"}
}

// operation is an argument that names an operation of AWS, or the method of an HTTP
// request. Any service has some, so a name that is not one of DynamoDB's is refused
// only when it looks like a misspelt one.
type operation string

func (o *operation) read(r *reader, e entry) {
	*o = operation(r.awsName(e, "an operation", "UpdateItem", append(httpMethods(),
		"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query",
		"Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem",
	)))
}

func (o operation) isHTTP() bool { return slices.Contains(httpMethods(), string(o)) }

// The statuses that a scenario may answer a request with: those that say that it
// was not taken.
const (
	leastStatus = 300
	mostStatus  = 599
)

// serviceError is an argument that names an error of AWS, by its code, or how an
// HTTP request ends: 503, ConnectionRefused.
type serviceError string

func (s *serviceError) read(r *reader, e entry) {
	if classify(e.value) == kindNumber {
		*s = serviceError(scalarText(e.value))
		if n, ok := r.integer(e); ok && (n < leastStatus || n > mostStatus) {
			r.wrong(e.at, "", "%s must be a status from %d to %d, not %d", e.name(), leastStatus, mostStatus, n)
		}
		return
	}
	*s = serviceError(r.awsName(e, "an error", "ThrottlingException", append(ConnectionFailures(),
		"AccessDeniedException", "ConditionalCheckFailedException", "InternalServerError",
		"ItemCollectionSizeLimitExceededException", "ProvisionedThroughputExceededException",
		"RequestLimitExceeded", "ResourceNotFoundException", "ServiceUnavailable", "ThrottlingException",
		"TransactionCanceledException", "TransactionConflictException",
		"TransactionInProgressException", "ValidationException",
	)))
}

// isHTTP tells a status, and a failure of the connection, from an error of AWS.
func (s serviceError) isHTTP() bool {
	return s[0] >= '0' && s[0] <= '9' || slices.Contains(ConnectionFailures(), string(s))
}

// awsName reads a name of AWS, which what describes; known are those that a
// misspelt one is compared with.
func (r *reader) awsName(e entry, what, example string, known []string) string {
	name := r.text(e)
	if name == "" {
		return ""
	}
	near := closest(name, known)
	switch {
	case near == name:
	case near != "":
		r.wrong(e.at, "did you mean "+near+"?", "%s is not called %q", what, name)
	case !awsNameText.MatchString(name):
		r.wrong(e.at, "write it as AWS does: "+example, "%q is not the name of %s of AWS", name, what)
	}
	return name
}
