package dynamodblocal

import (
	"errors"
	"fmt"
)

// ErrEnvironment is matched by every error that is this computer's and not the project's under test: no Docker, no
// image, a container that does not come up, an endpoint that breaks a promise. The command line maps it to exit code 4.
var ErrEnvironment = errors.New("the environment cannot run the engine")

// ErrNoDocker is matched, besides [ErrEnvironment], when no Docker daemon answers.
var ErrNoDocker = errors.New("no Docker daemon answers")

// environmentError marks an error as the environment's without changing its text.
type environmentError struct{ cause error }

func (e *environmentError) Error() string        { return "engine dynamodblocal: " + e.cause.Error() }
func (e *environmentError) Unwrap() error        { return e.cause }
func (e *environmentError) Is(target error) bool { return target == ErrEnvironment }

// environment wraps the errors that leave this package, once.
func environment(err error) error {
	if err == nil {
		return nil
	}
	if already := (*environmentError)(nil); errors.As(err, &already) {
		return err
	}
	return &environmentError{cause: err}
}

// noDockerError is what a user without a running Docker gets to read.
type noDockerError struct {
	where string
	cause error
}

func (e *noDockerError) Error() string {
	return fmt.Sprintf("docker: no daemon answers at %s: start it with `systemctl start docker`, or Docker Desktop, "+
		"or set DOCKER_HOST (%s)", e.where, firstLine(e.cause))
}
func (e *noDockerError) Unwrap() error        { return e.cause }
func (e *noDockerError) Is(target error) bool { return target == ErrNoDocker }
