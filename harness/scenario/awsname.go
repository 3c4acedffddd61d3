package scenario

import "regexp"

// awsNameText is the form of the names of operations and errors of AWS. Compiled
// once, never changed.
var awsNameText = regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)

// operation is an argument that names an operation of AWS. Any service has some,
// so a name that is not one of DynamoDB's is refused only when it looks like a
// misspelt one.
type operation string

func (o *operation) read(r *reader, e entry) {
	*o = operation(r.awsName(e, "an operation", "UpdateItem", []string{
		"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query",
		"Scan", "TransactGetItems", "TransactWriteItems", "UpdateItem",
	}))
}

// serviceError is an argument that names an error of AWS, by its code.
type serviceError string

func (s *serviceError) read(r *reader, e entry) {
	*s = serviceError(r.awsName(e, "an error", "ThrottlingException", []string{
		"AccessDeniedException", "ConditionalCheckFailedException", "InternalServerError",
		"ItemCollectionSizeLimitExceededException", "ProvisionedThroughputExceededException",
		"RequestLimitExceeded", "ResourceNotFoundException", "ServiceUnavailable", "ThrottlingException",
		"TransactionCanceledException", "TransactionConflictException",
		"TransactionInProgressException", "ValidationException",
	}))
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
