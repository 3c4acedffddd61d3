package validation

import (
	"errors"
	"fmt"

	"github.com/aws/smithy-go"
)

// Code is the error code of a refused request. The SDK has no type of its own
// for it: clients find it by smithy.APIError.
const Code = "ValidationException"

// Errorf returns a ValidationException with a message. Its wording is
// DynamoDB's, not this project's: capitals and full stops included.
func Errorf(format string, args ...any) error {
	return &smithy.GenericAPIError{Code: Code, Message: fmt.Sprintf(format, args...), Fault: smithy.FaultClient}
}

// Message returns the text of a ValidationException, "" for any other error.
func Message(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == Code {
		return api.ErrorMessage()
	}
	return ""
}
