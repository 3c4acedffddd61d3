package wire

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/smithy-go"
)

const internalServerError = "InternalServerError"

// failure is an error of the client's making that the SDK has no type for.
func failure(code, format string, args ...any) error {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, args...), Fault: smithy.FaultClient}
}

// serialization refuses what cannot be the input of the operation.
func serialization(format string, args ...any) error {
	return failure("SerializationException", format, args...)
}

func unknownOperation() error {
	return failure("UnknownOperationException", "An unknown operation was requested.")
}

// statusOf is the HTTP status of an error. SDK clients retry from 500 on.
func statusOf(err error) int {
	var api smithy.APIError
	switch {
	case !errors.As(err, &api) || api.ErrorFault() == smithy.FaultServer:
		return http.StatusInternalServerError
	case api.ErrorCode() == "RequestEntityTooLarge":
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// EncodeError returns the body that tells a client of an error: its type, its
// message and, if it is one of the SDK's error types, all its other members, such
// as CancellationReasons. What is no smithy.APIError becomes an
// InternalServerError.
func EncodeError(err error) []byte {
	var api smithy.APIError
	if !errors.As(err, &api) {
		api = &smithy.GenericAPIError{Code: internalServerError, Message: err.Error()}
	}
	e := &encoder{errorType: namespace(api.ErrorCode()) + api.ErrorCode()}
	if modelled, ok := api.(smithy.Serializable); ok {
		modelled.Serialize(e)
		return e.buf
	}
	e.WriteStruct(nil)
	e.WriteKey(nil, "message")
	e.WriteString(nil, api.ErrorMessage())
	e.CloseStruct()
	return e.buf
}

// namespace is what the service writes before an error's code. Clients cut it
// off, old ones by its exact form.
func namespace(code string) string {
	switch code {
	case "ValidationException":
		return "com.amazon.coral.validate#"
	case "SerializationException", "UnknownOperationException", "MissingAuthenticationToken", "IncompleteSignature", "RequestEntityTooLarge":
		return "com.amazon.coral.service#"
	}
	return "com.amazonaws.dynamodb.v20120810#"
}
