package function

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
)

const (
	// runtimeAPIVariable is the address of Lambda's Runtime API; Lambda sets it.
	runtimeAPIVariable = "AWS_LAMBDA_RUNTIME_API"
	// initErrorType is how the Runtime API wants the kind of an error: category,
	// reason.
	initErrorType = "Runtime.StartFailed"
	// initErrorTime bounds the call: the process ends either way.
	initErrorTime = 2 * time.Second
)

// tellInitError tells Lambda that the function cannot serve, and why. aws-lambda-go
// does not: without it an invocation ends with "Runtime exited with error: exit
// status 1" and whoever made it learns no more. Outside Lambda nobody is told.
func tellInitError(ctx context.Context, getenv func(string) string, cause error) error {
	address := getenv(runtimeAPIVariable)
	if address == "" {
		return nil
	}
	body, err := json.Marshal(messages.InvokeResponse_Error{Message: cause.Error(), Type: initErrorType})
	if err != nil {
		return fmt.Errorf("init error: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, initErrorTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/2018-06-01/runtime/init/error", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("init error: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Lambda-Runtime-Function-Error-Type", initErrorType)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("init error: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if answer.StatusCode != http.StatusAccepted {
		return fmt.Errorf("init error: the Runtime API answered %s", answer.Status)
	}
	return nil
}
