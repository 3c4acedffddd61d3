package sqslocal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
)

// refusal is an error as the protocol has it.
type refusal struct {
	// shape is the name in the answer; query is the code of the older protocol,
	// which clients put over it, "" if it is the same (the SDK's model has both).
	shape, query string
	status       int // 0 = 400
	message      string
}

func (r refusal) Error() string {
	return cmp.Or(r.query, r.shape) + ": " + r.message
}

func noQueue() error {
	return refusal{shape: "QueueDoesNotExist", query: "AWS.SimpleQueueService.NonExistentQueue", message: "The specified queue does not exist."}
}

func unsupported(message string) error {
	return refusal{shape: "UnsupportedOperation", query: "AWS.SimpleQueueService.UnsupportedOperation", message: message}
}

func missing(parameter string) error {
	return refusal{shape: "MissingRequiredParameterException", query: "MissingParameter",
		message: "The request must contain the parameter " + parameter + "."}
}

func invalid(parameter string, value any, reason string) error {
	return refusal{shape: "InvalidParameterValueException", query: "InvalidParameterValue",
		message: fmt.Sprintf("Value %v for parameter %s is invalid. Reason: %s.", value, parameter, reason)}
}

// write answers with the refusal.
func (r refusal) write(w http.ResponseWriter) {
	status := cmp.Or(r.status, http.StatusBadRequest)
	fault := ";Sender"
	if status >= http.StatusInternalServerError {
		fault = ";Receiver"
	}
	w.Header().Set("X-Amzn-Query-Error", cmp.Or(r.query, r.shape)+fault)
	writeJSON(w, status, map[string]string{"__type": "com.amazonaws.sqs#" + r.shape, "message": r.message})
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		panic("sqslocal: answer: " + err.Error()) // cannot be: texts, numbers and maps of them
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone need not hear it
}
