package dynamodblocal

import (
	"context"
	"fmt"
	"strconv"
)

// RequireVariable is the environment variable that turns skipped container tests into failures. CI sets it.
const RequireVariable = "STILLWATER_REQUIRE_CONTAINER"

// Unavailable tells why no container can be started here: an error that matches [ErrNoDocker], or nil if a Docker daemon
// answers.
func Unavailable(ctx context.Context) error {
	d, err := connect(ctx)
	if err != nil {
		return environment(err)
	}
	d.close()
	return nil
}

// SkipTests decides for tests that need a container. skip is empty if they can run; else it is the one line to skip them
// with. Where [RequireVariable] is true they must run, and what is in their way is the error. getenv is os.Getenv.
func SkipTests(ctx context.Context, getenv func(string) string) (skip string, err error) {
	required := false
	if value := getenv(RequireVariable); value != "" {
		if required, err = strconv.ParseBool(value); err != nil {
			return "", fmt.Errorf("%s=%s: want true or false", RequireVariable, value)
		}
	}
	switch err := Unavailable(ctx); {
	case err == nil:
		return "", nil
	case required:
		return "", fmt.Errorf("%w (%s is set: skipping is not allowed)", err, RequireVariable)
	default:
		return fmt.Sprintf("container tests skipped: %s", err), nil
	}
}
