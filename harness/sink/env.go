package sink

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// What clients built from the environment find there.
const (
	// Region does not exist, so that a client which ignores AWS_ENDPOINT_URL (the
	// SDK for Go v1 does) has no host to resolve.
	Region = "us-stillwater-1"
	// AccessKey is no key that AWS could have issued. DynamoDB Local takes it, as it
	// takes any, and gives it an empty database of its own.
	AccessKey = "STILLWATERNOWAYOUT"
)

// EnvOwner is set while a sink is open: the process that owns it and its endpoint.
// A child process inherits it, with an environment that still points at its
// parent's sink, and may open a sink of its own.
const EnvOwner = "STILLWATER_SINK"

// awsPrefix starts the name of every variable that an AWS SDK reads. All of them
// go, whatever they mean: credentials, profiles, role and web identity, container
// and metadata endpoints, SSO and login caches, AWS_ENDPOINT_URL_<SERVICE>, CA
// bundles, modes of retrying. A list would be complete until the next release.
//
// HTTP_PROXY and its kin may stay: Go never asks a proxy for a loopback address.
const awsPrefix = "AWS_"

// dummies are the variables that are set once all others are gone.
func dummies(url string) map[string]string {
	return map[string]string{
		EnvOwner:                strconv.Itoa(os.Getpid()) + " " + url,
		"AWS_ENDPOINT_URL":      url,
		"AWS_ACCESS_KEY_ID":     AccessKey,
		"AWS_SECRET_ACCESS_KEY": AccessKey,
		"AWS_REGION":            Region,
		"AWS_DEFAULT_REGION":    Region,
		// Empty files: without these two the SDK looks into the home folder.
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		// The second is for a handler that enables the metadata client by hand.
		"AWS_EC2_METADATA_DISABLED":         "true",
		"AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
	}
}

// environment is what shut took away, to be given back.
type environment map[string]string

// checkOwner returns an error if this process has a sink already.
func checkOwner() error {
	owner, url, _ := strings.Cut(os.Getenv(EnvOwner), " ")
	if owner != strconv.Itoa(os.Getpid()) {
		return nil
	}
	return fmt.Errorf("this process is isolated already, by the sink at %s: share that one, or close it first", url)
}

// shut replaces everything the SDK reads by the dummies. If that fails nothing has
// changed.
func shut(url string) (environment, error) {
	before := current()
	if err := environment(dummies(url)).restore(); err != nil {
		return nil, errors.Join(err, before.restore())
	}
	return before, nil
}

// restore removes the variables of ours and of the SDK that are set now, then sets
// those of e. The zero environment is one that shut never took, and changes nothing.
func (e environment) restore() error {
	if e == nil {
		return nil
	}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(current())) {
		if _, stays := e[name]; !stays {
			failed = append(failed, os.Unsetenv(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		failed = append(failed, os.Setenv(name, e[name]))
	}
	return errors.Join(failed...)
}

// current is the part of the environment that a sink changes.
func current() environment {
	now := environment{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		// Windows does not tell upper from lower case in names.
		if upper := strings.ToUpper(name); upper == EnvOwner || strings.HasPrefix(upper, awsPrefix) {
			now[name] = value
		}
	}
	return now
}
