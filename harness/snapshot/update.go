package snapshot

import "fmt"

// Environment variables of this package.
const (
	// EnvUpdate asks for Store.Update: "1" or "true". Default: not set, off.
	EnvUpdate = "STILLWATER_UPDATE"
	// EnvCI marks a machine where nobody looks at what is accepted. Anything but
	// "", "0" and "false" counts.
	EnvCI = "CI"
)

// UpdateFromEnv reads EnvUpdate. A value that is neither on nor empty is an error,
// because whoever writes "false" must not get an update and whoever writes "yes"
// must not believe to have got one; so is an update in CI.
func UpdateFromEnv(getenv func(string) string) (bool, error) {
	switch value := getenv(EnvUpdate); value {
	case "":
		return false, nil
	case "1", "true":
	default:
		return false, fmt.Errorf("%s=%q: say 1 or true to accept snapshots, or leave it unset", EnvUpdate, value)
	}
	if InCI(getenv) {
		return false, fmt.Errorf("%s is refused because %s is set: accept snapshots where you can look at them", EnvUpdate, EnvCI)
	}
	return true, nil
}

// InCI tells whether EnvCI is set: the place for Store.ReadOnly.
func InCI(getenv func(string) string) bool {
	switch getenv(EnvCI) {
	case "", "0", "false":
		return false
	}
	return true
}
